"""Finds a translation that is far too long, or too short, for its English."""

from collections.abc import Iterator
from unicodedata import east_asian_width

from i18n.checks.finding import Fault
from i18n.checks.translations.bare import without_values

ROOM, MOST = 25, 1.5
"""A translation may have 1.5 times the letters and 25 more, which a short word needs: *Nach eng Kéier schécken* is
*Resend*."""
LEAST = {10: 0.35, 30: 0.5}
"""The share of the letters that a translation has at least, from so many letters of the English."""


def is_absurd(english: str, text: str) -> bool:
    """So long that no other check can look at it in time."""
    return len(text) > len(english) * 10 + 1000


def length_faults(english: str, text: str) -> Iterator[Fault]:
    """Values and tags are not counted. Short words are compared upwards only."""
    if any(map(str.isalpha, without_values(english))) and not any(map(str.isalpha, without_values(text))):
        yield "length", "it has no word"
    source, translation = _letters(english), _letters(text)
    if translation > source * MOST + ROOM:
        yield "length", f"{translation} letters for {source} of the English: too long for its place"
    if any(source >= letters and translation < source * share for letters, share in LEAST.items()):
        yield "length", f"{translation} letters for {source} of the English: is something missing?"


def _letters(text: str) -> int:
    """A sign of Chinese or Japanese says as much as three letters."""
    return sum(3 if east_asian_width(sign) in "WF" else 1 for sign in without_values(text).strip())
