"""The colors of the style sheet can be read, in both themes."""

import re

import pytest

from frontend.kit.assets import STATIC
from frontend.kit.brand import contrast

CSS = (STATIC / "css" / "orion.css").read_text("utf-8")
READABLE, VISIBLE = 4.5, 3.0
TEXT_ON_GROUND = [
    ("text", "canvas"), ("text", "surface"), ("muted", "canvas"), ("muted", "surface"), ("muted", "tint"), ("link", "surface"),
    ("link", "canvas"), ("link", "tint"), ("text", "tint"), ("on-accent", "accent"), ("on-accent", "accent-hover"),
    ("ok", "ok-tint"), ("warn", "warn-tint"), ("bad", "bad-tint"), ("bad", "surface"), ("on-solid", "ok-solid"),
    ("on-solid", "bad-solid"), ("on-toast", "toast"), ("toast-accent", "toast"),
]  # fmt: skip
SHAPE_ON_GROUND = [
    ("control", "canvas"),
    ("control", "toast"),
    ("accent", "canvas"),
    ("accent", "surface"),
    ("bad-solid", "surface"),
]


def tokens(selector: str) -> dict[str, str]:
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    found = re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block)
    return {
        name: color[1:] if len(color) == 7 else "".join(letter * 2 for letter in color[1:]) for name, color in found
    }


LIGHT, DARK = tokens("  :root"), tokens('  :root[data-theme="dark"]')


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(theme: dict[str, str]) -> None:
    ratios = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in TEXT_ON_GROUND}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < READABLE} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_control_can_be_seen_on_its_ground(theme: dict[str, str]) -> None:
    ratios = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in SHAPE_ON_GROUND}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < VISIBLE} == {}


def test_the_dark_theme_is_the_same_chosen_or_given_by_the_system() -> None:
    assert tokens("    :root:not([data-theme])") == DARK
    assert LIGHT.keys() == DARK.keys()
