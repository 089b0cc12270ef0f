"""Letters and digits in patterns that mean the same to Python and to ECMAScript, whose `\\w` is of ASCII."""

BLANK_LETTERS = r"\u115f\u1160\u2800\u3164\uffa0"
"""Unicode letters that show nothing: Hangul fillers and the blank Braille pattern."""
_LATIN_SIGNS = r"\x00-/:-@\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7"
_MARKS = r"\u02c2-\u02c5\u02d2-\u02df\u0300-\u036f\u1680\u180e\u200b-\u206f\ufe00-\ufe0f\ufe20-\ufe2f"
_PUNCTUATION = r"\u2000-\u206f\u20a0-\u20ff\u2e00-\u2e2e\u2e30-\u2fff\u3000-\u3004\u3008-\u3020\u3030\ufe10-\ufe6f"
_SYMBOLS = r"\u2190-\u245f\u249c-\u24e9\u2500-\u2775\u2794-\u2bff\ue000-\uf8ff\ufd3e\ufd3f\ufeff"
_WIDE_SIGNS = r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff"
_BEYOND = "\U0001f000-\U0001f0ff\U0001f10d-\U0001faff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
NO_LETTERS = _LATIN_SIGNS + _MARKS + _PUNCTUATION + _SYMBOLS + _WIDE_SIGNS + _BEYOND + BLANK_LETTERS
"""For a class of characters: what is neither letter nor digit, in whole blocks of Unicode."""
LETTER = f"[^{NO_LETTERS}]"
"""A visible letter or digit."""
