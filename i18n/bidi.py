"""Isolates values in sentences, so that right-to-left names cannot reorder the surrounding numbers."""

from unicodedata import bidirectional

FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
TURNING = {"R", "AL", "AN", "LRE", "LRO", "LRI", "RLE", "RLO", "RLI", "FSI", "PDF", "PDI"}
"""Bidirectional classes that change the direction of the following text. All others have no effect in our languages."""


def isolated(value: object) -> object:
    """Values that are not text or cannot change the direction are returned unchanged."""
    if not isinstance(value, str) or value.isascii() or not any(bidirectional(sign) in TURNING for sign in value):
        return value
    return type(value)(FIRST_STRONG_ISOLATE) + value + POP_DIRECTIONAL_ISOLATE
