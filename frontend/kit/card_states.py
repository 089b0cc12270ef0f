"""What people call the states of a card."""

from i18n.translator import Translator


def card_state(state: str, translator: Translator) -> str:
    pgettext = translator.pgettext
    names = {
        "active": pgettext("state of a card", "Active"),
        "deactivated": pgettext("state of a card", "Deactivated"),
        "merged": pgettext("state of a card", "Merged"),
        "erased": pgettext("state of a card", "Erased"),
    }
    return names.get(state, state)
