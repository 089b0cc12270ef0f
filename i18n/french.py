"""French typography: the spaces that belong to a sign, and that no line may break at."""

import re

WIDE, NARROW = "\u00a0", "\u202f"
BREAKING_SPACE = re.compile("[ \u2009](?=[:;!?»])|(?<=«)[ \u2009\u202f]|\u202f(?=»)")


def with_no_break_spaces(text: str) -> str:
    """Translators type plain ones. A colon and quotation marks have a wide one, other signs a narrow one."""
    return BREAKING_SPACE.sub(lambda match: NARROW if text[match.end() : match.end() + 1] in ";!?" else WIDE, text)
