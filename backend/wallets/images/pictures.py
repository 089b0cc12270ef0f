"""What there is to draw for a program: one picture per number of stamps and size, never one per pass."""

import re
import unicodedata
from typing import Literal

import msgspec

from backend.wallets.ports import ProgramSnapshot

DRAWING = 1
"""Raised when pictures are drawn differently, so that those drawn before are not taken for the new ones."""
STRIP, HERO, LOGO, ICON, GOOGLE_LOGO = (375, 144), (1032, 336), (50, 50), (38, 38), (660, 660)
"""Width and height; Apple's at scale 1."""
SCALES = (1, 2, 3)
NAME = re.compile(
    r"(?P<kind>strip|hero|logo|icon)-(?P<color>[0-9a-f]{6})-"
    r"(?:(?P<stamp_count>\d+)of(?P<stamps_target>\d+)|(?P<letter>[A-Z0-9]))-(?P<width>\d+)x(?P<height>\d+)-v\d+"
)

Kind = Literal["strip", "hero", "logo", "icon"]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides about one picture."""

    kind: Kind
    color: str
    """#rrggbb, in lower case."""
    size: tuple[int, int]
    letter: str = ""
    """Of logo and icon; empty where the name begins with no letter of ours."""
    stamp_count: int = 0
    stamps_target: int = 0
    """0: no stamps are drawn."""

    @property
    def name(self) -> str:
        """Tells it from every other picture, also from the same one drawn differently in another release."""
        width, height = self.size
        shown = self.letter or f"{self.stamp_count}of{self.stamps_target}"
        return f"{self.kind}-{self.color[1:]}-{shown}-{width}x{height}-v{DRAWING}"


def named(name: str) -> Picture | None:
    """The picture of a name that an earlier release may have given."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    numbers = {part: int(found[part] or 0) for part in ("stamp_count", "stamps_target", "width", "height")}
    size = numbers.pop("width"), numbers.pop("height")
    kind: Kind = found["kind"]  # type: ignore[assignment]
    return Picture(kind=kind, color=f"#{found['color']}", size=size, letter=found["letter"] or "", **numbers)


def strip(program: ProgramSnapshot, stamp_count: int, scale: int) -> Picture:
    """Apple's, behind the primary field."""
    return _stamps("strip", program, stamp_count, _scaled(STRIP, scale))


def hero(program: ProgramSnapshot, stamp_count: int) -> Picture:
    """Google's, across the card."""
    return _stamps("hero", program, stamp_count, HERO)


def logo(program: ProgramSnapshot, scale: int) -> Picture:
    return _initial("logo", program, _scaled(LOGO, scale))


def google_logo(program: ProgramSnapshot) -> Picture:
    """Google cuts a circle out of it."""
    return _initial("icon", program, GOOGLE_LOGO)


def icon(program: ProgramSnapshot, scale: int) -> Picture:
    """Beside Apple's messages on the lock screen."""
    return _initial("icon", program, _scaled(ICON, scale))


def initial_of(name: str) -> str:
    """The first letter or digit that the built-in font has, without its accent."""
    plain = unicodedata.normalize("NFKD", name).upper()
    return next((letter for letter in plain if letter.isascii() and letter.isalnum()), "")


def _stamps(kind: Kind, program: ProgramSnapshot, stamp_count: int, size: tuple[int, int]) -> Picture:
    target = 0 if program.type == "points" else program.stamps_target
    return Picture(
        kind=kind,
        color=program.card_color.lower(),
        size=size,
        stamp_count=max(0, min(stamp_count, target)),
        stamps_target=target,
    )


def _initial(kind: Kind, program: ProgramSnapshot, size: tuple[int, int]) -> Picture:
    return Picture(kind=kind, color=program.card_color.lower(), size=size, letter=initial_of(program.merchant_name))


def _scaled(size: tuple[int, int], scale: int) -> tuple[int, int]:
    width, height = size
    return width * scale, height * scale
