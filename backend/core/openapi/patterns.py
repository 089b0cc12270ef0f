"""Patterns in the document, as ECMAScript reads them with the flag `u`. The code checks them with Python's `re`."""

import re

from backend.core.openapi.walk import Json, objects

BLANKS = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Python's `\\s` is of: ECMAScript's is of others."""
ANYTHING = r"[\s\S]"
SYNTAX = "^$\\.*+?()[]{}|/-"
PART = re.compile(r"\\(?P<escaped>[^\n])|(?P<opens>\[)|(?P<closes>\])|(?P<dot>\.)|(?P<other>[^\\\[\].])")
END = r"$(?!\n)"
"""Python's `$` also stands before a line break at the end."""


def use_ecma_patterns(document: Json) -> None:
    for each in objects(document):
        if isinstance(each.get("pattern"), str):
            each["pattern"] = ecma(each["pattern"])


def ecma(pattern: str) -> str:
    """The same pattern for ECMAScript.

    `\\w`, `\\d` and `\\b` mean something else there, and have no short equivalent: our patterns do without them.
    """
    return ANYTHING.join(_translated(part) for part in pattern.replace(END, "$").split(ANYTHING))


def _translated(pattern: str) -> str:
    made, is_class = "", False
    for part in PART.finditer(pattern):
        if part["opens"] and not is_class:
            is_class = True
        elif part["closes"]:
            is_class = False
        made += _part(part, is_class=is_class)
    return made


def _part(part: re.Match[str], *, is_class: bool) -> str:
    escaped = part["escaped"]
    if escaped == "s":
        return BLANKS if is_class else f"[{BLANKS}]"
    if escaped == "S" and not is_class:
        return f"[^{BLANKS}]"
    if part["dot"] and not is_class:
        return r"[^\n]"
    if escaped and not escaped.isalnum() and escaped not in SYNTAX:
        return escaped
    return part[0]
