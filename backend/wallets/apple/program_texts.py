"""The texts that all passes of a program share, in one language. Cached until the program changes."""

from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from backend.wallets.ports import ProgramSnapshot
from i18n.formatting import get_formatter
from i18n.translator import N_, PN_, get_translator

PROGRAMS_MAX = 1000
"""Programs in one language, of some KiB each."""
SENTENCES_MAX = 16_384
LABELS = {
    # NOTE: plural, before the number of them
    "stamps": PN_("label on a wallet pass", "Stamps"),
    # NOTE: plural, before the number of them
    "points": PN_("label on a wallet pass", "Points"),
    # NOTE: before the number of points or stamps that are missing for the next reward
    "remaining": PN_("label on a wallet pass", "To go"),
    "reward_ready": N_("Reward ready"),
    "reward": N_("Next reward"),
    # NOTE: before the customer’s name
    "customer": PN_("label on a wallet pass", "Customer"),
    # NOTE: before news about the card
    "news": PN_("label on a wallet pass", "Card"),
    "next_reward": N_("Next reward for points"),
    # NOTE: noun: before how many points expire, and when
    "expiry": PN_("label on a wallet pass", "Expiry"),
    "debt": N_("Returned purchases"),
    "page": N_("My card on the web"),
    "code": N_("Card code"),
    # NOTE: before the names of the stores where the card is used
    "stores": N_("Where it works"),
    # NOTE: plural: before the legal text
    "terms": PN_("label on a wallet pass", "Terms"),
    # NOTE: noun: before the address of the privacy notice
    "privacy": PN_("label on a wallet pass", "Privacy"),
}
"""By the key of the field. A reward that is ready has a label of its own."""


class ProgramTexts:
    """In one language, with dates in the merchant's time zone."""

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

    def count(self, forms: tuple[str, str], number: int, **values: str) -> str:
        """`number` chooses the plural form. `values` contain the formatted number, which may be another one."""
        return _counted(self._language, forms, number, **values)

    def last_day(self, ends_at: datetime) -> str:
        # Points expire at the end of a day, stored as the start of the next day.
        return _date(self._language, self._timezone, ends_at - timedelta(microseconds=1))


def encoded_program(program: ProgramSnapshot) -> bytes:
    """The program as a key of the cache."""
    return msgspec.msgpack.encode(program)


@lru_cache(maxsize=PROGRAMS_MAX)
def program_texts(content: bytes, language: str) -> ProgramTexts:
    """`content`: from `encoded_program`."""
    return ProgramTexts(msgspec.msgpack.decode(content, type=ProgramSnapshot), language)


# Balances are small and repeat. Formatting a number or a date takes as long as all other texts of a pass.
@lru_cache(maxsize=SENTENCES_MAX)
def _number(language: str, number: int) -> str:
    return get_formatter(language).number(number)


@lru_cache(maxsize=SENTENCES_MAX)
def _date(language: str, timezone: str, moment: datetime) -> str:
    return get_formatter(language, timezone).date(moment)


@lru_cache(maxsize=SENTENCES_MAX)
def _counted(language: str, forms: tuple[str, str], number: int, **values: str) -> str:
    return get_translator(language).ngettext(*forms, number, **values)
