"""Finds a translation that is far too long, or too short, for its English."""

from collections.abc import Iterator

from i18n.checks.bare import without_values

ROOM, MOST, LEAST = 25, 1.5, 0.35
"""A translation may have 1.5 times the letters and 25 more, which a short word needs: *Nach eng Kéier schécken* is
*Resend*."""
SHORT = 10


def length_faults(english: str, text: str) -> Iterator[tuple[str, str]]:
    """Values and tags are not counted. Short words are compared upwards only."""
    if any(map(str.isalpha, without_values(english))) and not any(map(str.isalpha, without_values(text))):
        yield "length", "it has no word"
    source, translation = len(without_values(english).strip()), len(without_values(text).strip())
    if translation > source * MOST + ROOM:
        yield "length", f"{translation} letters for {source} of the English: too long for its place"
    if source >= SHORT and translation < source * LEAST:
        yield "length", f"{translation} letters for {source} of the English: is something missing?"
