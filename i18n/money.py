"""Parses amounts entered at a till, in a form or in a file."""

import re
from typing import Literal

from i18n.unseen import UNSEEN

AmountReason = Literal["empty", "not_a_number", "ambiguous", "negative", "zero", "too_large"]

# 999 999.99: what fits a till's display. A lower limit is a rule of the store.
LARGEST_CENTS = 99_999_999

BLANKS = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
TIDY = str.maketrans({**dict.fromkeys(BLANKS, " "), "’": "'", "\N{MINUS SIGN}": "-"})
CURRENCY = re.compile(r"^(?:€|EUR\b) ?| ?(?:€|\bEUR)$", re.IGNORECASE)

PLAIN = re.compile(r"(?P<euros>[0-9]+)(?:[.,](?P<cents>[0-9]{0,2}))?")
GROUPED = re.compile(
    r"(?P<euros>[1-9][0-9]{0,2}(?P<group>[.,' ])[0-9]{3}(?:(?P=group)[0-9]{3})*)"
    r"(?:(?!(?P=group))[.,](?P<cents>[0-9]{1,2}))?"
)
# `12.505` may mean twelve thousand or be a typing error, so it is refused.
TWO_MEANINGS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


class AmountError(ValueError):
    """The text is not an amount that a till may book; `reason` selects the message."""

    def __init__(self, reason: AmountReason) -> None:
        super().__init__(reason)
        self.reason: AmountReason = reason


def parse_amount(text: str) -> int:
    """Cents of `12,50`, `12.50`, `1.234,50`, `1,234.50`, `1 234,50`, `1’234.50` or `4150` (euros).

    Babel's `parse_decimal` is unsuitable: in French it reads `12.50` as 1250.
    """
    tidy = CURRENCY.sub("", UNSEEN.sub("", text).translate(TIDY).strip()).strip()
    if not tidy:
        raise AmountError("empty")
    if tidy.startswith("-"):
        raise AmountError("negative" if _cents(tidy[1:].strip()) is not None else "not_a_number")
    if TWO_MEANINGS.fullmatch(tidy):
        raise AmountError("ambiguous")
    return _bookable(_cents(tidy))


def _cents(tidy: str) -> int | None:
    match = PLAIN.fullmatch(tidy) or GROUPED.fullmatch(tidy)
    if not match:
        return None
    euros = re.sub(r"[^0-9]", "", match["euros"]).lstrip("0") or "0"
    # Longer than any valid amount, so it is not converted to an integer.
    if len(euros) > len(str(LARGEST_CENTS)):
        return LARGEST_CENTS + 1
    return int(euros) * 100 + int((match["cents"] or "").ljust(2, "0"))


def _bookable(cents: int | None) -> int:
    if cents is None:
        raise AmountError("not_a_number")
    if cents == 0:
        raise AmountError("zero")
    if cents > LARGEST_CENTS:
        raise AmountError("too_large")
    return cents
