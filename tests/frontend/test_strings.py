"""Marked texts and the pseudo-locale: in development, for who asks; in production there is nothing of it."""

import json
import re
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from frontend.settings import Settings
from i18n.dev.editor import EDITOR
from i18n.marks import EVERY_MARK, find_marked
from i18n.translator import enable_marks
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, Browser, app_with

DEVELOPMENT = Settings(environment="development", secret_keys="k" * 32, public_url="http://orion.test")
PRODUCTION = replace(DEVELOPMENT, environment="production", public_url="https://orion.test")
SCRIPT = "/_strings/files/strings.js"


@pytest.fixture
async def developer(backend: StaffBackend) -> AsyncIterator[Browser]:
    """At the till."""
    browser = Browser(app_with(backend, DEVELOPMENT))
    async with browser.client:
        await browser.sign_in()
        yield browser
    enable_marks({})


async def test_the_address_switches_marks_on_for_this_browser_and_off_again(developer: Browser) -> None:
    assert not EVERY_MARK.search((await developer.open("/till")).text)
    assert "Find" in [found.text for found in find_marked((await developer.open("/till?strings=on")).text)]
    assert SCRIPT in developer.page
    assert find_marked((await developer.open("/till")).text), "the browser remembers it"
    await developer.open("/till?strings=off")
    assert not EVERY_MARK.search((await developer.open("/till")).text)
    assert SCRIPT not in developer.page


async def test_the_backend_is_asked_for_marks_and_told_none(developer: Browser, backend: StaffBackend) -> None:
    await developer.open(CARD_PATH)
    assert "orion-strings" not in backend.asked[-1].headers
    [marked] = [
        found
        for found in find_marked((await developer.open(f"{CARD_PATH}?strings=on")).text)
        if found.text == "Add points"
    ]
    assert backend.asked[-1].headers["orion-strings"] == "on"
    said = developer.page[developer.page.index("\N{INVISIBLE TIMES}") :][:40]
    assert EVERY_MARK.search(said)
    await developer.send("/till/find", query=f"weber{said}")
    assert not EVERY_MARK.search(backend.posts("/lookup")[-1].content.decode())
    assert (await developer.open(f"/_strings/{marked.number}?language=fr&length=18")).status_code == 200
    assert "Ajouter des points" in developer.text


async def test_a_page_that_says_what_went_wrong_is_marked_too(developer: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /store/loyalty/till"] = refused(503, "unavailable")
    assert find_marked((await developer.open("/till?strings=on")).text)
    assert find_marked((await developer.open("/nothing-here")).text)


async def test_the_link_opens_the_editor_that_the_translator_has_chosen(
    developer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EDITOR, "idea://open?file={path}&line={line}")
    await developer.open("/_strings/7?language=fr")
    assert re.search(r'href="idea://open\?file=/[^"]+\.po&amp;line=\d+">Open in the editor', developer.page)


@pytest.mark.parametrize(
    "path", ["/_strings/100000?language=fr", "/_strings/files/views.py", "/_strings/files/nothing"]
)
async def test_what_no_catalog_and_no_file_has_is_not_found(developer: Browser, path: str) -> None:
    assert (await developer.open(path)).status_code == 404


async def test_the_pseudo_locale_is_a_language_of_the_menu_which_nobody_saves(
    developer: Browser, backend: StaffBackend
) -> None:
    await developer.send("/preferences", lang="de", next="/till")
    await developer.open("/till")
    assert 'value="en_XA" aria-pressed="false">Pseudo (en-XA)</button>' in developer.page
    await developer.send("/preferences", lang="en_XA", next="/till")
    assert '<html lang="en-XA"' in (await developer.open("/till")).text
    assert 'value="en_XA" aria-pressed="true"' in developer.page
    assert [json.loads(asked.content) for asked in backend.asked if asked.method == "PATCH"] == [{"language": "de"}]
    await developer.send("/preferences", lang="fr", next="/till")
    assert '<html lang="fr"' in (await developer.open("/till")).text


@pytest.mark.parametrize("path", ["/sign-in", "/j/FASHIONHUB", "/forgotten"])
async def test_pages_without_a_menu_offer_both_at_their_foot(path: str) -> None:
    for settings in (DEVELOPMENT, PRODUCTION):
        async with Browser(app_with(StaffBackend(), settings)).client as anybody:
            page = (await anybody.get(path)).text
            assert ("Pseudo (en-XA)" in page) == ("?strings=on" in page) == (settings is DEVELOPMENT)


@pytest.mark.parametrize("settings", [PRODUCTION, replace(DEVELOPMENT, environment="test")], ids=["production", "test"])
async def test_elsewhere_there_is_nothing_of_it(settings: Settings, backend: StaffBackend) -> None:
    browser = Browser(app_with(backend, settings))
    browser.client.base_url = settings.public_url
    async with browser.client:
        await browser.sign_in()
        answer = await browser.open("/till?strings=on", Cookie="strings=on")
        assert "strings=" not in answer.headers.get("set-cookie", "")
        assert not EVERY_MARK.search(answer.text)
        assert "strings" not in answer.text.lower()
        assert "en_XA" not in answer.text
        assert "orion-strings" not in backend.asked[-1].headers
        for path in ("/_strings/1", SCRIPT):
            assert (await browser.open(path)).status_code == 404
        await browser.open("/till")
        answer = await browser.send("/preferences", lang="en_XA", next="/till")
        assert "en_XA" not in answer.headers.get("set-cookie", "")
