"""The lines in which two texts differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: Literal["same", "removed", "added"]
    text: str


def compare(before: str, after: str) -> list[DiffLine]:
    """All lines of both, in order; a changed line is a removed and an added one. Empty when nothing differs."""
    if before == after:
        return []
    old, new = before.splitlines(), after.splitlines()
    lines: list[DiffLine] = []
    for action, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if action == "equal":
            lines += _lines("same", old[old_start:old_end])
        else:
            lines += [*_lines("removed", old[old_start:old_end]), *_lines("added", new[new_start:new_end])]
    return lines


def _lines(kind: Literal["same", "removed", "added"], texts: Sequence[str]) -> list[DiffLine]:
    return [DiffLine(kind, text) for text in texts]
