"""What people call the states of a card."""

from i18n.translator import Translator


def card_state(state: str, translator: Translator) -> str:
    pgettext = translator.pgettext
    names = {
        # NOTE: in use
        "active": pgettext("state of a card", "Active"),
        # NOTE: cannot be used until the store reactivates it
        "deactivated": pgettext("state of a card", "Deactivated"),
        # NOTE: into another card
        "merged": pgettext("state of a card", "Merged"),
        # NOTE: with all data of its customer
        "erased": pgettext("state of a card", "Erased"),
    }
    return names.get(state, state)
