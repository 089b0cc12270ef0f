"""The colors of the style sheet can be read, in both themes."""

import re

import pytest

from frontend.kit.assets import STATIC
from frontend.kit.brand_color import contrast

CSS = (STATIC / "css" / "orion.css").read_text("utf-8")
READABLE, VISIBLE = 4.5, 3.0
TEXT_ON_GROUND = {
    "canvas": ["text", "muted", "link"],
    "surface": ["text", "muted", "link", "bad", "ok", "warn"],
    "tint": ["text", "muted", "link"],
    "accent": ["on-accent"],
    "accent-hover": ["on-accent"],
    "ok-tint": ["ok"],
    "warn-tint": ["warn"],
    "bad-tint": ["bad"],
    "ok-solid": ["on-solid"],
    "bad-solid": ["on-solid"],
    "toast": ["on-toast", "toast-accent"],
}
SHAPE_ON_GROUND = {"canvas": ["control", "accent"], "surface": ["control", "accent", "bad-solid"], "toast": ["control"]}


def tokens(selector: str) -> dict[str, str]:
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    found = re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block)
    return {
        name: color[1:] if len(color) == 7 else "".join(letter * 2 for letter in color[1:]) for name, color in found
    }


def pairs_below(least: float, theme: dict[str, str], grounds: dict[str, list[str]]) -> list[str]:
    pairs = [(front, ground) for ground, fronts in grounds.items() for front in fronts]
    return [f"{front} on {ground}" for front, ground in pairs if contrast(theme[front], theme[ground]) < least]


LIGHT, DARK = tokens("  :root"), tokens('  :root[data-theme="dark"]')


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(theme: dict[str, str]) -> None:
    assert pairs_below(READABLE, theme, TEXT_ON_GROUND) == []


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_control_can_be_seen_on_its_ground(theme: dict[str, str]) -> None:
    assert pairs_below(VISIBLE, theme, SHAPE_ON_GROUND) == []


def test_the_dark_theme_is_the_same_chosen_or_given_by_the_system() -> None:
    assert tokens("    :root:not([data-theme])") == DARK
    assert LIGHT.keys() == DARK.keys()
