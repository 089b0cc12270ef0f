"""French typography: no-break spaces beside punctuation marks."""

import re

WIDE, NARROW = "\u00a0", "\u202f"
BREAKING_SPACE = re.compile("[ \u2009](?=[:;!?»])|(?<=«)[ \u2009\u202f]|\u202f(?=»)")


def with_no_break_spaces(text: str) -> str:
    """Replaces the plain spaces that translators type. Colons and quotation marks get a wide space, other marks a
    narrow one.
    """
    return BREAKING_SPACE.sub(lambda match: NARROW if text[match.end() : match.end() + 1] in ";!?" else WIDE, text)
