"""Forms that hold entered values warn before they are lost."""

import re
from pathlib import Path

import pytest

from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import Browser

TILL = Path(__file__).parents[2] / "frontend" / "till"
NO_PIN = re.compile(r'ui\.field\((?![^\n]*"password")')
FORMS = [
    (path.name, tag, inside)
    for path in sorted(TILL.rglob("*.html"))
    for tag, inside in re.findall(r"(<form\b.*?>)\n(.*?)</form>", path.read_text("utf-8"), re.DOTALL)
    if NO_PIN.search(inside) and path.name not in {"unanswered.html", "unavailable.html"}
]


@pytest.mark.parametrize(("name", "tag", "inside"), FORMS, ids=[name for name, *_ in FORMS])
def test_a_form_of_the_till_into_which_something_is_typed_says_what_is_lost(name: str, tag: str, inside: str) -> None:
    assert "data-dropped=" in tag


async def test_what_the_server_has_brought_back_counts_as_typed(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /store/loyalty/cards/enroll"] = refused(429, "rate_limited")
    await anna.open("/till/enrollment")
    assert "data-typed" not in anna.page
    await anna.send("/till/enrollment", htmx=True, email="lea@example.com")
    assert re.search(r'<form[^>]*action="/till/enrollment"[^>]* data-typed', anna.page)
