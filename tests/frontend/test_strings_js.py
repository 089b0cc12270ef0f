"""A translator looks up the sentences of a page in it, in a real Chromium, with a copy of the catalogs."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from frontend.app import create_app
from frontend.settings import Settings
from i18n import translator
from i18n.catalogs.paths import ROOT, catalog_path
from tests.axe import Contrast, violations
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import CARD_PATH
from tests.world.asgi import asgi_transport

pytestmark = [pytest.mark.browser, pytest.mark.slow]

URL = "http://localhost:9"
DEVELOPMENT = Settings(environment="development", secret_keys="k" * 32, public_url=URL)
REPLACED = {"set-cookie", "content-encoding"}
NOTE = "#. on the large button of the card, max 12\n"


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The French one."""
    shutil.copytree(ROOT / "i18n", tmp_path / "i18n", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(translator, "CATALOGS_ROOT", tmp_path)
    translator.get_translator.cache_clear()
    path = catalog_path("fr", "staff", tmp_path)
    change(path, 'msgid "Add points"\n', f'{NOTE}msgid "Add points"\n')
    yield path
    translator.get_translator.cache_clear()
    translator.enable_marks({})


def change(path: Path, old: str, new: str) -> None:
    """As an editor does, but for the clock of the disk, which is coarse."""
    before, text = path.stat(), path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


@pytest.fixture
async def page(chromium: Browser, catalog: Path, backend: StaffBackend) -> AsyncIterator[Page]:
    """The open card at the till, in French. Fails the test when the page reports an error."""
    app = create_app(DEVELOPMENT, httpx.MockTransport(backend))
    context = await chromium.new_context(base_url=URL, locale="fr-LU", viewport={"width": 1280, "height": 800})
    errors: list[str] = []
    async with httpx.AsyncClient(transport=asgi_transport(app), base_url=URL) as client:

        async def answer(route: Route) -> None:
            request = route.request
            headers = await request.all_headers()
            body = request.post_data_buffer
            response = await client.request(request.method, request.url, headers=headers, content=body)
            told = {name: value for name, value in response.headers.items() if name not in REPLACED}
            for cookie in response.headers.get_list("set-cookie"):
                [morsel] = SimpleCookie(cookie).values()
                await context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": URL}])
            client.cookies.clear()
            await route.fulfill(status=response.status_code, headers=told, body=response.content)

        await context.route("**/*", answer)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        await page.goto("/sign-in")
        await page.locator("[name=email]").fill("anna@fashion.example")
        await page.locator("[name=password]").fill("orion-demo-2026")
        await page.keyboard.press("Enter")
        await expect(page.locator("#query")).to_be_visible()
        await page.goto(f"{CARD_PATH}?strings=on")
        yield page
        await context.close()
    assert errors == []


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Strings")


async def look_up(page: Page, button: str) -> None:
    """Without Playwright's check that the click reaches the button: the dialog is over it by then."""
    await page.get_by_role("button", name=button).click(modifiers=["Alt"], force=True)


async def test_a_sentence_is_looked_up_where_it_stands_and_nothing_is_done(
    page: Page, backend: StaffBackend, catalog: Path
) -> None:
    calls = len(backend.asked)
    await look_up(page, "Ajouter des points")
    for text in ("Add points", "on the large button of the card, max 12", "18 letters here, at most 12", "Too long"):
        await expect(dialog(page)).to_contain_text(text)
    await expect(dialog(page).get_by_text("Ajouter des points")).to_have_attribute("lang", "fr")
    link = dialog(page).get_by_role("link", name="Open in the editor")
    await expect(link).to_have_attribute("href", re.compile(rf"^vscode://file{catalog}:\d+$"))
    await expect(dialog(page)).to_contain_text(re.compile(r"frontend/till/card/commands.html:\d+"))
    assert len(backend.asked) == calls
    await page.keyboard.press("Escape")
    await expect(dialog(page)).to_be_hidden()


async def test_while_a_sentence_is_looked_up_the_dialog_says_so(page: Page) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await answered.wait()
        await route.fallback()

    await page.route("**/_strings/*?*", hold)
    await look_up(page, "Ajouter des points")
    await asked.wait()
    await expect(dialog(page).get_by_text("Looking it up")).to_be_visible()
    answered.set()
    await expect(dialog(page)).to_contain_text("Add points")
    await expect(dialog(page).get_by_text("Looking it up")).to_be_hidden()


async def test_while_alt_is_held_the_sentence_below_the_pointer_is_outlined(page: Page) -> None:
    button = page.get_by_role("button", name="Ajouter un tampon")
    outlined = page.locator("[data-strings-here]")
    await page.keyboard.down("Alt")
    await button.hover()
    await expect(outlined).to_contain_text("Ajouter un tampon")
    await page.keyboard.up("Alt")
    await expect(outlined).to_have_count(0)


async def test_a_changed_catalog_is_read_when_the_page_is_loaded_again(page: Page, catalog: Path) -> None:
    change(catalog, '"Ajouter des points"', '"Créditer"')
    await page.reload()
    await look_up(page, "Créditer")
    await expect(dialog(page)).to_contain_text("8 letters here, at most 12")
    await expect(dialog(page)).not_to_contain_text("Too long")


async def test_the_keyboard_reaches_every_sentence_of_the_page(page: Page) -> None:
    opener = page.get_by_role("button", name="Strings of this page")
    await opener.focus()
    await page.keyboard.press("Enter")
    for text, where in (("Ajouter des points", ""), ("Rechercher un client", "aria-label"), ("Pas de réponse", "")):
        await expect(
            dialog(page).get_by_role("button", name=f"{text} {where}".strip(), exact=True).first
        ).to_be_attached()
    await dialog(page).get_by_role("button", name="Rechercher un client aria-label").focus()
    await page.keyboard.press("Enter")
    await expect(dialog(page)).to_contain_text("Find a customer")
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_a_value_belongs_to_no_catalog(page: Page) -> None:
    await page.get_by_text("Marie Weber").first.evaluate("(name) => { document.body.prepend(name) }")
    await page.get_by_text("Marie Weber").first.click(modifiers=["Alt"], force=True)
    await expect(dialog(page)).to_contain_text("No sentence of a catalog is here")


@pytest.mark.parametrize("width", [390, 1280])
async def test_everybody_can_use_the_dialog(page: Page, width: int) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await page.set_viewport_size({"width": width, "height": 844})
    await page.get_by_role("button", name="Strings of this page").click()
    assert await violations(page) == []
    await dialog(page).get_by_role("button", name="Ajouter des points").click()
    await expect(dialog(page)).to_contain_text("Add points")
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert await violations(page) + await Contrast().faults_of(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
