"""What stands in a sentence and is not translated: named values, `%(name)s` or `{name}`, and HTML tags."""

import re

CONVERSION = r"[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]"
PERCENT = rf"%\([^()]*\){CONVERSION}"
BRACE = r"\{\w+(?:![rsa])?(?::[^{}]*)?\}"

PLACEHOLDER = re.compile(f"{PERCENT}|{BRACE}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ESCAPED = "\0"
"""For a doubled `%`, which must not join what stands beside it: `%(name)%%s` is no `%(name)s`."""
NAME = re.compile(r"\w+")


def placeholders(text: str) -> frozenset[str]:
    """Including conversions: `%(share)d` and `%(share)s` differ. `%%(share)s` is none: it prints its own letters."""
    return frozenset(PLACEHOLDER.findall(text.replace("%%", ESCAPED)))


def value_names(text: str) -> frozenset[str]:
    return frozenset(name.group() for each in placeholders(text) if (name := NAME.search(each)))
