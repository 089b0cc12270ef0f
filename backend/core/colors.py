"""A merchant’s color, and the colors that are readable on it."""

from functools import lru_cache
from typing import NamedTuple

LINEAR_BELOW = 0.04045


class Color(NamedTuple):
    red: int
    green: int
    blue: int

    @property
    def css(self) -> str:
        """The only notation that Apple accepts."""
        return f"rgb({self.red}, {self.green}, {self.blue})"

    def mixed(self, other: "Color", share: float) -> "Color":
        """`share`: of the other color, from 0 to 1."""
        return Color(*(round(mine + (theirs - mine) * share) for mine, theirs in zip(self, other, strict=True)))


WHITE, BLACK = Color(255, 255, 255), Color(0, 0, 0)


def parsed(text: str) -> Color:
    """Of `#RRGGBB`."""
    return Color(*bytes.fromhex(text.removeprefix("#")))


@lru_cache(maxsize=4096)
def ink_on(ground: Color) -> Color:
    """White or black, the one with more contrast: always at least 4.5."""
    return max(WHITE, BLACK, key=lambda ink: contrast(ink, ground))


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(channel / 255) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= LINEAR_BELOW else float(((channel + 0.055) / 1.055) ** 2.4)
