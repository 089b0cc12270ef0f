"""The card code: fifteen random letters and a check letter, the same text in print and in the QR code.

The sixteen letters lie in the same place on every keyboard layout a scanner may be set to, spell no words, and are
the elements of GF(16) in alphabetical order (B is 0, X is 15). `frontend/static/js/orion.js` computes the same.
"""

import re
import secrets

from backend.core.text_cleaning import BLANKS, DASHES, clean_scan

ALPHABET = "BCDFGHJKLNPRSTVX"
LENGTH = 16

# Any primitive polynomial would do: x⁴ + x + 1.
_POLYNOMIAL = 0b10011
# Letter i weighs α^(i+4): fifteen different weights, none zero, and the last is not the check letter's own 1.
# So every single wrong letter and every swap of neighbors changes the sum.
_FIRST_WEIGHT = 3
_SEPARATORS = re.compile(f"[{DASHES}{BLANKS}\r\n._\u00b7\u2022\u2024]")


def new_code() -> str:
    """A fresh code of 60 random bits: it cannot be guessed, but it identifies only and authorizes nothing."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_letter(body)


def check_letter(body: str) -> str:
    """The sixteenth letter for the first fifteen, which must be upper-case letters of ALPHABET."""
    total, weight = 0, _FIRST_WEIGHT
    for letter in body:
        total ^= _times(weight, ALPHABET.index(letter))
        weight = _times(weight, 2)
    return ALPHABET[total]


def normalize(text: str) -> str | None:
    """The code in its stored form, from any case and grouping; None when the text is not a valid code."""
    code = _SEPARATORS.sub("", clean_scan(text)).upper()
    if len(code) != LENGTH or any(letter not in ALPHABET for letter in code):
        return None
    return code if check_letter(code[:-1]) == code[-1] else None


def show(code: str) -> str:
    """The code as people read it: four groups of four letters."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _times(left: int, right: int) -> int:
    """Product in GF(16)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 16:
            left ^= _POLYNOMIAL
        right >>= 1
    return product
