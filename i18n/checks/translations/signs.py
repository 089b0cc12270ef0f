"""Finds signs that a page or an email would not show, or would take for markup."""

import re
from collections import Counter
from collections.abc import Iterator

from i18n.placeholders import TAG
from i18n.unseen import CONTROL, UNSEEN_IN_TEXT

MARKUP = re.compile("[<>\"']")
"""Pages print translations as they are, also within attributes: a sign too many opens a tag or ends an attribute."""
ENTITY = re.compile(r"&#?\w+;")
TURNING = re.compile("[\u202d\u202e]")
CHANGING_LINES = re.compile("[\n\t]")
"""A subject of an email cannot have them, and emails in plain text would be laid out in another way."""
TAG_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
WITHOUT_END = frozenset({"br", "hr", "img", "input", "wbr"})


def sign_faults(english: str, text: str) -> Iterator[tuple[str, str]]:
    """What the translation has and the English has not."""
    if any(pattern.search(text) and not pattern.search(english) for pattern in (CONTROL, TURNING, UNSEEN_IN_TEXT)):
        yield "unseen", "it has a sign that cannot be seen: write it anew"
    if CHANGING_LINES.findall(text) != CHANGING_LINES.findall(english):
        yield "breaks", "its line breaks or tabs differ from the English"
    wanted, found = TAG.sub("", english), TAG.sub("", text)
    if new := Counter(MARKUP.findall(found)) - Counter(MARKUP.findall(wanted)):
        yield "markup", f"{' '.join(sorted(new))} would be taken for markup"
    if entities := Counter(ENTITY.findall(found)) - Counter(ENTITY.findall(wanted)):
        yield "markup", f"{' '.join(sorted(entities))}: the English has none"


def tag_faults(english: str, text: str) -> Iterator[tuple[str, str]]:
    """The same tags, which may move, and each with its end behind it."""
    wanted, found = TAG.findall(english), TAG.findall(text)
    if sorted(wanted) != sorted(found):
        yield "tags", "its HTML tags differ from the English"
    elif is_nested(wanted) and not is_nested(found):
        yield "tags", "a tag ends before it begins, or within another"


def is_nested(tags: list[str]) -> bool:
    """Whether each tag that begins ends, the last one first."""
    begun = list[str]()
    for tag in tags:
        name = TAG_NAME.findall(tag)[0].lower()
        if name in WITHOUT_END or tag.endswith("/>"):
            continue
        if not tag.startswith("</"):
            begun.append(name)
        elif not begun or begun.pop() != name:
            return False
    return not begun
