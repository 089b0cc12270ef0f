"""How the numbers of receipts are compared."""

import unicodedata

from backend.core.text_cleaning import clean_scan

DASHES, FORMAT = "Pd", "Cf"
"""Unicode categories."""
NOT_COMPARED = {"#", "\N{MINUS SIGN}", "\N{NUMERO SIGN}"}


def fold_reference(order_reference: str) -> str:
    """The same for every way to write or scan one number: without case, blanks, dashes, invisible and number signs."""
    written = (letter for letter in clean_scan(order_reference) if letter not in NOT_COMPARED)
    plain = unicodedata.normalize("NFKC", "".join(written)).casefold()
    return "".join(letter for letter in plain if not (letter.isspace() or _is_mark(letter)))


def _is_mark(letter: str) -> bool:
    return letter == "#" or unicodedata.category(letter) in {DASHES, FORMAT}
