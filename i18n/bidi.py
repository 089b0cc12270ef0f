"""Names are written from the right too. Between two isolates they cannot turn the numbers around them."""

from unicodedata import bidirectional

FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
TURNING = {"R", "AL", "AN", "LRE", "LRO", "LRI", "RLE", "RLO", "RLI", "FSI", "PDF", "PDI"}
"""Letters and signs that give what follows another direction. All others change nothing in our languages."""


def isolated(value: object) -> object:
    """The value as it is put into a sentence; what is no text, or cannot turn anything, stays as it is."""
    if not isinstance(value, str) or value.isascii() or not any(bidirectional(sign) in TURNING for sign in value):
        return value
    return type(value)(FIRST_STRONG_ISOLATE) + value + POP_DIRECTIONAL_ISOLATE
