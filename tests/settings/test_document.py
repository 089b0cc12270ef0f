"""docs/settings.md lists every setting as it is."""

import re
from pathlib import Path

from backend.settings.registry import REGISTRY, as_text

PAGE = (Path(__file__).parents[2] / "docs/settings.md").read_text("utf-8")
ROW = re.compile(r"^\| `(ORION_\w+)`( 🔑)? \| (.+?) \| (.+) \|$", re.MULTILINE)


def test_the_page_lists_every_setting_with_its_default_and_marks_secrets() -> None:
    listed = {name: (bool(secret), default) for name, secret, default, _ in ROW.findall(PAGE)}
    assert listed == {
        setting.env_name: (setting.is_secret, as_text(setting.default) or "empty")
        for settings in REGISTRY.values()
        for setting in settings.values()
    }


def test_what_the_database_may_hold_is_in_the_first_part() -> None:
    changeable, fixed = PAGE.split("## In the environment only")
    for part, is_overridable in ((changeable, True), (fixed, False)):
        names = {name for name, *_ in ROW.findall(part)}
        assert names == {
            setting.env_name
            for settings in REGISTRY.values()
            for setting in settings.values()
            if setting.is_overridable is is_overridable
        }
