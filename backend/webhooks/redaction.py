"""The beginning of an answer as the delivery log keeps it: without what looks like a secret or a person."""

import re

ANSWER_BYTES_MAX = 1024
HIDDEN = "…"
EMAIL = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
NUMBER = re.compile(r"\+?\d(?:[ ./()-]?\d){7,}")
"""Eight digits or more: phone numbers, accounts, cards."""
SECRET = re.compile(r"whsec_\S+|(?<![\w/+=-])[\w/+=]{32,}", re.ASCII)
AUTHORIZATION = re.compile(r"\b(bearer|basic|token|password|secret|api[_-]?key)\b(\W{1,4})\S+", re.IGNORECASE)
UUID_TEXT = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def redacted(answer: bytes) -> str | None:
    """None for an empty answer. Ids such as those of the event stay."""
    text = answer[:ANSWER_BYTES_MAX].decode("utf-8", "replace")
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    shown, position = list[str](), 0
    for found in UUID_TEXT.finditer(line):
        shown += [_hidden(line[position : found.start()]), found.group()]
        position = found.end()
    return "".join([*shown, _hidden(line[position:])]) or None


def _hidden(text: str) -> str:
    text = AUTHORIZATION.sub(rf"\1\2{HIDDEN}", text)
    for pattern in (SECRET, EMAIL, NUMBER):
        text = pattern.sub(HIDDEN, text)
    return text
