"""What stands in a sentence and is not translated: named values, `%(name)s` or `{name}`, and HTML tags."""

import re

CONVERSION = r"[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]"
PERCENT = rf"%\([^()]*\){CONVERSION}"
BRACE = r"\{\w+(?:![rsa])?(?::[^{}]*)?\}"

PLACEHOLDER = re.compile(f"{PERCENT}|{BRACE}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
NAME = re.compile(r"\w+")


def placeholders(text: str) -> frozenset[str]:
    """Including conversions: `%(share)d` and `%(share)s` differ."""
    return frozenset(PLACEHOLDER.findall(text))


def value_names(text: str) -> frozenset[str]:
    return frozenset(name.group() for each in placeholders(text) if (name := NAME.search(each)))
