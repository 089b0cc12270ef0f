"""A translator looks up the sentences of a page in it, in a real Chromium, with a copy of the catalogs."""

import os
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
from i18n.locales import LANGUAGES
from tests.axe import violations
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import CARD_PATH
from tests.world.asgi import asgi_transport

pytestmark = [pytest.mark.browser, pytest.mark.slow]

URL = "http://localhost:9"
DEVELOPMENT = Settings(environment="development", secret_keys="k" * 32, public_url=URL)
NOTE = "#. on the large button of the card, max 12\n"


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The French one."""
    for language in LANGUAGES:
        shutil.copytree(translator.CATALOGS / language, tmp_path / language)
    monkeypatch.setattr(translator, "CATALOGS", tmp_path)
    translator.get_translator.cache_clear()
    path = translator.catalog_path("fr")
    change(path, 'msgid "Add points"\n', f'{NOTE}msgid "Add points"\n')
    yield path
    translator.get_translator.cache_clear()


def change(path: Path, old: str, new: str) -> None:
    """As an editor does, but for the clock of the disk, which is coarse."""
    before, text = path.stat(), path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


@pytest.fixture
async def page(chromium: Browser, catalog: Path) -> AsyncIterator[Page]:
    """The open card at the till, in French. Fails the test when the page reports an error."""
    app = create_app(DEVELOPMENT, httpx.MockTransport(StaffBackend()))
    context = await chromium.new_context(base_url=URL, locale="fr-LU", viewport={"width": 1280, "height": 800})
    errors: list[str] = []
    async with httpx.AsyncClient(transport=asgi_transport(app), base_url=URL) as client:

        async def answer(route: Route) -> None:
            request = route.request
            headers = await request.all_headers()
            response = await client.request(request.method, request.url, headers=headers, content=request.post_data_buffer)
            told = {name: value for name, value in response.headers.items() if name not in {"set-cookie", "content-encoding"}}
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


def desk(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Strings")


async def test_x(page: Page, catalog: Path) -> None:
    button = page.get_by_role("button", name="Ajouter des points")
    await page.screenshot(path="/tmp/orion/shot0.png")
    await button.click(modifiers=["Alt"], force=True)
    await expect(desk(page)).to_contain_text("Add points")
    await page.screenshot(path="/tmp/orion/shot1.png")
    print(await desk(page).inner_text())
    await page.get_by_role("button", name="All of this page").click()
    await page.screenshot(path="/tmp/orion/shot2.png")
    print(await desk(page).inner_text())
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path="/tmp/orion/shot3.png")
    await desk(page).get_by_text("Ajouter des points", exact=True).first.click()
    await expect(desk(page)).to_contain_text("Add points")
    await page.screenshot(path="/tmp/orion/shot4.png")
