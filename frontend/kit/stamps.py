"""Positions of the stamps on a pass, in the same rows as on the images sent to the wallets."""

import math
from typing import NamedTuple

ROWS_MAX = 5
STAMP_SHARE = 0.40
"""Radius of a stamp as a share of its cell."""


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class Stamp(NamedTuple):
    x: float
    y: float
    radius: float
    is_given: bool
    is_last: bool


class Strip(NamedTuple):
    width: int
    height: int
    stamps: list[Stamp]


def apple_strip(count: int, target: int) -> Strip:
    """The stamps stand to the right of the number."""
    return _strip(375, 144, Box(150, 20, 360, 124), count, target)


def google_strip(count: int, target: int) -> Strip:
    """The stamps take the full width."""
    return _strip(344, 112, Box(14, 11, 330, 101), count, target)


def _strip(width: int, height: int, area: Box, count: int, target: int) -> Strip:
    circles = _circles(target, area)
    stamps = [
        Stamp(round(x, 1), round(y, 1), round(radius, 1), place <= count, place == target)
        for place, (x, y, radius) in enumerate(circles, start=1)
    ]
    return Strip(width, height, stamps)


def _circles(target: int, area: Box) -> list[tuple[float, float, float]]:
    """Center and radius of each stamp. The number of rows is the one with the largest stamps; each row is centered."""
    if not target:
        return []
    width, height = area.right - area.left, area.bottom - area.top
    rows = max(range(1, ROWS_MAX + 1), key=lambda rows: min(width / math.ceil(target / rows), height / rows))
    columns = math.ceil(target / rows)
    used_rows = math.ceil(target / columns)
    cell = min(width / columns, height / rows)
    circles = []
    for place in range(target):
        row, column = divmod(place, columns)
        in_row = min(columns, target - row * columns)
        x = area.left + width / 2 + (column - (in_row - 1) / 2) * cell
        y = area.top + height / 2 + (row - (used_rows - 1) / 2) * cell
        circles.append((x, y, cell * STAMP_SHARE))
    return circles
