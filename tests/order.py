"""The order of the tests: each process of xdist begins with its share of the slow ones."""

from collections.abc import Sequence
from typing import TypeVar

TestT = TypeVar("TestT")


def in_order(slow: Sequence[Sequence[TestT]], quick: Sequence[TestT], processes: int) -> list[TestT]:
    """`slow`: by folder; those of a folder share servers, and a process therefore.

    `--dist worksteal` gives each process an equal part of this list. A process that is done takes half of what another
    has left, from its end: only quick tests are there.
    """
    ordered: list[TestT] = []
    parts, rest = dealt_out(slow, processes), list(quick)
    for place, part in enumerate(parts):
        left = sum(map(len, parts[place:])) + len(rest)
        missing = max(left // (processes - place) - len(part), 0)
        ordered += part + rest[:missing]
        del rest[:missing]
    return ordered + rest


def dealt_out(folders: Sequence[Sequence[TestT]], processes: int) -> list[list[TestT]]:
    """The longest folder first, each to the process that has the fewest tests."""
    parts: list[list[TestT]] = [[] for _ in range(processes)]
    for folder in sorted(folders, key=len, reverse=True):
        min(parts, key=len).extend(folder)
    return parts
