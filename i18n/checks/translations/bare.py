"""The words of a sentence, without what is inserted into it."""

import re
from html import unescape

from i18n.placeholders import PLACEHOLDER, TAG

PRINTED_CODE = re.compile(r"`[^`]*`|\{\{.*?\}\}|\{%.*?%\}|\b\w+\(\"[^\"]*\"\)")


def without_tags(text: str) -> str:
    return TAG.sub("", text)


def without_values(text: str, instead: str = " ") -> str:
    """Also without HTML tags, each of which becomes a blank, and with the signs that HTML escapes."""
    text = PLACEHOLDER.sub(instead, TAG.sub(" ", text))
    return unescape(text.replace("%%", "%"))


def words_only(text: str) -> str:
    """Also without code that a reader copies: commands and the variables of an email template."""
    return without_values(PRINTED_CODE.sub("0", text))
