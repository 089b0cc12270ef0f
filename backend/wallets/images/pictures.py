"""The images of a program: one per size and number of stamps, independent of the pass."""

import re
import unicodedata
from typing import Literal

import msgspec

from backend.wallets.ports import ProgramSnapshot

DRAWING = 1
"""To be raised when images are drawn differently, so that their URLs change."""
STRIP, HERO, LOGO, ICON, GOOGLE_LOGO = (375, 144), (1032, 336), (50, 50), (38, 38), (660, 660)
"""Width and height; Apple's at scale 1."""
SCALES = (1, 2, 3)
NAME = re.compile(
    r"(?P<kind>strip|hero|logo|icon)-(?P<color>[0-9a-f]{6})-"
    r"(?:(?P<stamp_count>\d+)of(?P<stamps_target>\d+)|(?P<letter>[A-Z0-9]))-(?P<width>\d+)x(?P<height>\d+)-v\d+"
)

PictureKind = Literal["strip", "hero", "logo", "icon"]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All parameters of one image."""

    kind: PictureKind
    color: str
    """#rrggbb, in lower case."""
    size: tuple[int, int]
    letter: str = ""
    """Of logo and icon; empty when the font has no letter of the name."""
    stamp_count: int = 0
    stamps_target: int = 0
    """0: no stamps are drawn."""

    @property
    def name(self) -> str:
        """Unique for each image and version of the drawing."""
        width, height = self.size
        content = self.letter or f"{self.stamp_count}of{self.stamps_target}"
        return f"{self.kind}-{self.color[1:]}-{content}-{width}x{height}-v{DRAWING}"


def named(name: str) -> Picture | None:
    """The image with this name, which may come from an earlier release."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    numbers = {part: int(match[part] or 0) for part in ("stamp_count", "stamps_target", "width", "height")}
    size = numbers.pop("width"), numbers.pop("height")
    kind: PictureKind = match["kind"]  # type: ignore[assignment]
    return Picture(kind=kind, color=f"#{match['color']}", size=size, letter=match["letter"] or "", **numbers)


def strip(program: ProgramSnapshot, stamp_count: int, scale: int) -> Picture:
    """On Apple's pass, behind the primary field."""
    return _stamps("strip", program, stamp_count, _scaled(STRIP, scale))


def hero(program: ProgramSnapshot, stamp_count: int) -> Picture:
    """On Google's card, over the whole width."""
    return _stamps("hero", program, stamp_count, HERO)


def logo(program: ProgramSnapshot, scale: int) -> Picture:
    return _initial("logo", program, _scaled(LOGO, scale))


def google_logo(program: ProgramSnapshot) -> Picture:
    """Google shows it in a circle."""
    return _initial("icon", program, GOOGLE_LOGO)


def icon(program: ProgramSnapshot, scale: int) -> Picture:
    """On Apple's lock screen, beside the message."""
    return _initial("icon", program, _scaled(ICON, scale))


def initial_of(name: str) -> str:
    """The first letter or digit that the built-in font has, without its accent."""
    plain = unicodedata.normalize("NFKD", name).upper()
    return next((letter for letter in plain if letter.isascii() and letter.isalnum()), "")


def _stamps(kind: PictureKind, program: ProgramSnapshot, stamp_count: int, size: tuple[int, int]) -> Picture:
    target = 0 if program.type == "points" else program.stamps_target
    return Picture(
        kind=kind,
        color=program.card_color.lower(),
        size=size,
        stamp_count=max(0, min(stamp_count, target)),
        stamps_target=target,
    )


def _initial(kind: PictureKind, program: ProgramSnapshot, size: tuple[int, int]) -> Picture:
    return Picture(kind=kind, color=program.card_color.lower(), size=size, letter=initial_of(program.merchant_name))


def _scaled(size: tuple[int, int], scale: int) -> tuple[int, int]:
    width, height = size
    return width * scale, height * scale
