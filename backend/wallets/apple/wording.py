"""What all passes of a program say in one language: written once, for as long as the program says the same."""

from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from backend.wallets.ports import ProgramSnapshot
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

PROGRAMS_MAX = 1000
"""In one language, of some KiB each."""
SENTENCES_MAX = 16_384
LABELS = {
    "stamps": N_("Stamps"),
    "points": N_("Points"),
    "remaining": N_("To go"),
    "reward_ready": N_("Reward ready"),
    "reward": N_("Next reward"),
    "customer": N_("Customer"),
    "news": N_("Card"),
    "next_reward": N_("Next reward for points"),
    "expiry": N_("Expiry"),
    "debt": N_("Returned purchases"),
    "page": N_("My card on the web"),
    "code": N_("Card code"),
    "stores": N_("Where it works"),
    "terms": N_("Terms"),
    "privacy": N_("Privacy"),
}
"""By the key of the field; a reward that is ready has another."""


class Wording:
    """In one language, and with the dates of the merchant's zone."""

    def __init__(self, program: ProgramSnapshot, language: str) -> None:
        translator = get_translator(language)
        self.say = translator.gettext
        self.labels = {key: translator.gettext(label) for key, label in LABELS.items()}
        self.description = translator.gettext(
            N_("%(card)s from %(merchant)s"), card=program.card_name, merchant=program.merchant_name
        )
        self.stamp_reward = program.in_language(program.stamp_reward, language)
        self.terms = "\n\n".join(filter(None, (program.in_language(program.terms_text, language), program.terms_url)))
        self._language, self._timezone = language, program.timezone

    def number(self, number: int) -> str:
        return _number(self._language, number)

    def count(self, forms: tuple[str, str], number: int, **told: str) -> str:
        """`told` names the number too: what chooses the form is not always what is shown."""
        return _counted(self._language, forms, number, **told)

    def last_day(self, ends_at: datetime) -> str:
        # Points expire at the very end of a day, which is the first moment of the day after.
        return _date(self._language, self._timezone, ends_at - timedelta(microseconds=1))


def content_of(program: ProgramSnapshot) -> bytes:
    """All that the program says, as one key."""
    return msgspec.msgpack.encode(program)


@lru_cache(maxsize=PROGRAMS_MAX)
def wording_of(content: bytes, language: str) -> Wording:
    """`content`: see `content_of`."""
    return Wording(msgspec.msgpack.decode(content, type=ProgramSnapshot), language)


# Balances are small and repeat; writing a number or a day takes as long as all the rest of a pass' text.
@lru_cache(maxsize=SENTENCES_MAX)
def _number(language: str, number: int) -> str:
    return get_formatter(language).number(number)


@lru_cache(maxsize=SENTENCES_MAX)
def _date(language: str, timezone: str, moment: datetime) -> str:
    return get_formatter(language, timezone).date(moment)


@lru_cache(maxsize=SENTENCES_MAX)
def _counted(language: str, forms: tuple[str, str], number: int, **told: str) -> str:
    return get_translator(language).ngettext(*forms, number, **told)
