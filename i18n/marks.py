"""Invisible marks around translated texts, by which a page of a development system tells which sentence stands where.

A mark is OPEN, the number of the sentence in binary digits, the text, CLOSE. Marks may be nested: a value may be a
translated text, too. Browsers draw none of these characters, and input fields drop them (`i18n/unseen.py`).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

OPEN, CLOSE = "\N{INVISIBLE TIMES}", "\N{INVISIBLE SEPARATOR}"
ZERO, ONE = "\N{FUNCTION APPLICATION}", "\N{INVISIBLE PLUS}"
DIGITS = 13
TOKEN = re.compile(f"{OPEN}(?P<number>[{ZERO}{ONE}]{{{DIGITS}}})|{CLOSE}")
EVERY_MARK = re.compile(f"[{OPEN}{CLOSE}{ZERO}{ONE}]")
ASKING = {"Orion-Strings": "on"}
"""The header by which the frontend asks the backend for marks."""

is_marking: ContextVar[bool] = ContextVar("is_marking", default=False)
"""Whether texts are marked now."""
wants_marks: ContextVar[bool] = ContextVar("wants_marks", default=False)
"""Whether who reads the answer to this request has asked for marks."""


@dataclass(frozen=True)
class MarkedText:
    """`number` is the place of the sentence in `Numbers`."""

    number: int
    text: str


@contextmanager
def marking(*, on: bool) -> Iterator[None]:
    before = is_marking.set(on)
    try:
        yield
    finally:
        is_marking.reset(before)


def marked(text: str, number: int) -> str:
    """Unchanged when the text is empty."""
    return f"{OPEN}{_digits(number)}{text}{CLOSE}" if text else text


def unmarked(text: str) -> str:
    return EVERY_MARK.sub("", text)


def find_marked(text: str) -> list[MarkedText]:
    """In the order in which they end; a text cut off before its end is left out."""
    found: list[MarkedText] = []
    opened: list[tuple[int, int]] = []
    for token in TOKEN.finditer(text):
        if token["number"]:
            opened.append((_number(token["number"]), token.end()))
        elif opened:
            number, start = opened.pop()
            found.append(MarkedText(number, unmarked(text[start : token.start()])))
    return found


def _digits(number: int) -> str:
    return f"{number:0{DIGITS}b}".translate({ord("0"): ZERO, ord("1"): ONE})


def _number(digits: str) -> int:
    return int(digits.translate({ord(ZERO): "0", ord(ONE): "1"}), 2)
