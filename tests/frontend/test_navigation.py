"""The table of pages that the navigation and the start pages list."""

import pytest

from frontend.kit.navigation import ENTRIES, Entry
from frontend.vendor import FOLDER
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import app_with


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.path)
def test_every_page_that_is_listed_exists_and_has_its_icon(entry: Entry) -> None:
    assert entry.path in {route.path for route in app_with(StaffBackend()).routes}
    assert f'id="{entry.icon}"' in (FOLDER / "icons.svg").read_text("utf-8")
