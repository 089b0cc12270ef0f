"""Join and card page as a phone shows them: nothing overflows, nothing is too small, axe and the policy are content."""

from collections.abc import AsyncIterator
from typing import Literal

import httpx
import pytest
from playwright.async_api import Browser, Page, Route, expect

from frontend.app import create_app
from frontend.settings import Settings
from i18n.locales import LANGUAGES, PSEUDO_LANGUAGE, SOURCE_LANGUAGE
from tests.axe import Contrast, violations
from tests.frontend import canned
from tests.world.asgi import asgi_transport

pytestmark = pytest.mark.browser

ORIGIN = "http://localhost:9"
"""Routed before it reaches a network; `localhost`, because browsers trust it as they trust https."""
WIDTHS = (320, 820, 1280)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES = {
    "join": "/j/FASHIONHUB",
    "join in yellow": "/j/AURORA",
    "join with pictures": "/j/PICTURES",
    "closed": "/j/CLOSED",
    "card": f"/c/{canned.TOKEN}?welcome=mailed",
    "card with wallets": "/c/wallets",
    "card in a wallet": "/c/saved",
    "card with pictures": "/c/pictures",
    "full card in yellow": "/c/full",
    "card that is not active": "/c/inactive",
    "lost card": "/c",
}
TARGETS = "a, button, summary, label.check, input:not([type=hidden], [type=checkbox])"
TOO_SMALL = """(targets) => [...document.querySelectorAll(targets)]
  .filter((element) => element.getClientRects().length && element.getBoundingClientRect().height < 44)
  .map((element) => element.outerHTML)"""
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
async def orion() -> AsyncIterator[httpx.AsyncClient]:
    """The frontend in this process; Chromium's requests are handed to it, so that no port is needed."""
    settings = Settings(environment="test", secret_keys="the key of the tests", public_url=ORIGIN)
    app = create_app(settings, httpx.MockTransport(canned.answer))
    async with httpx.AsyncClient(transport=asgi_transport(app), base_url=ORIGIN, follow_redirects=True) as client:
        yield client


async def opened(
    chromium: Browser, orion: httpx.AsyncClient, *, width: int = 360, scripts: bool = True
) -> tuple[Page, list[str]]:
    """A page, and the complaints of its console, policy reports among them."""
    context = await chromium.new_context(
        viewport={"width": width, "height": 740}, java_script_enabled=scripts, locale="fr", reduced_motion="reduce"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )

    async def hand_over(route: Route) -> None:
        request = route.request
        answer = await orion.request(
            request.method, request.url, headers=await request.all_headers(), content=request.post_data_buffer or b""
        )
        headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        await route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    await page.route("**/*", hand_over)
    return page, complaints


@pytest.mark.slow
async def test_customer_pages_are_accessible(chromium: Browser, orion: httpx.AsyncClient, contrast: Contrast) -> None:
    page, complaints = await opened(chromium, orion)
    for name, path in PAGES.items():
        await page.goto(ORIGIN + path)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 740})
            assert await violations(page) == [], (name, width)
            assert await page.evaluate(TOO_SMALL, TARGETS) == [], (name, width)
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme)
                assert await contrast.faults_of(page) == [], (name, width, theme)
    assert complaints == []
    await page.context.close()


@pytest.mark.parametrize("language", [PSEUDO_LANGUAGE, *(each for each in LANGUAGES if each != SOURCE_LANGUAGE)])
async def test_customer_pages_fit_the_narrowest_phone(
    chromium: Browser, orion: httpx.AsyncClient, language: str
) -> None:
    page, _ = await opened(chromium, orion, width=320)
    for name, path in PAGES.items():
        await page.goto(f"{ORIGIN}{path}{'&' if '?' in path else '?'}lang={language}")
        assert await page.evaluate(OVERFLOW) <= 0, name
    await page.context.close()


async def test_a_customer_joins_without_javascript(chromium: Browser, orion: httpx.AsyncClient) -> None:
    page, _ = await opened(chromium, orion, scripts=False)
    await page.goto(f"{ORIGIN}/j/fashionhub?lang=en")
    await page.get_by_label("Email").fill("new@example.com")
    await page.get_by_label("I accept the terms.").check()
    await page.get_by_role("button", name="Get my card").click()
    await expect(page.get_by_text("Welcome, your card is ready.")).to_be_visible()
    await expect(page.locator(".code")).to_have_text("BDFH KLNP RSTV XGCJ")
    await page.context.close()


async def test_the_terms_open_without_javascript(chromium: Browser, orion: httpx.AsyncClient) -> None:
    page, _ = await opened(chromium, orion, scripts=False)
    await page.goto(f"{ORIGIN}/j/fashionhub?lang=en")
    await page.get_by_text("Read the terms").click()
    await expect(page.get_by_text("One card for each person.")).to_be_visible()
    await page.context.close()
