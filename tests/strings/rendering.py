"""Shows recorded pages and specimens in a browser, without a server, and notes what stands where."""

from collections.abc import Iterable

from playwright.async_api import Browser, BrowserContext, Page, Route

from frontend.kit.assets import Assets
from tests.strings.found import FoundStop, collect, picture_name, take_picture
from tests.strings.recording import Recorded, numbers_of
from tests.strings.specimens.specimen import Specimen

ORIGIN = "http://orion.test"
DESKTOP, MAIL = (1280, 800), (680, 800)
SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8">{styles}</head><body>{body}</body></html>"""
STYLES = ("css/orion.css", "css/office.css", "css/email_editor.css")
CUSTOMERS = ("css/orion.css", "css/customer.css")
AREAS = {
    "/till": '<main class="till" id="till">{part}</main>',
    "/office": '<div class="shell"><header class="rail"></header><main class="page" id="page">{part}</main></div>',
    "/admin": '<div class="shell"><header class="rail"></header><main class="page" id="page">{part}</main></div>',
}
OTHER = '<main class="narrow customer">{part}</main>'


class Gallery:
    """Takes a picture of each page that shows a sentence not seen before."""

    def __init__(self, browser: Browser, assets: Assets, seen: Iterable[int]) -> None:
        self._browser, self._assets, self.seen = browser, assets, set(seen)
        self.stops: list[FoundStop] = []

    async def show_mails(self, mails: Iterable[Specimen]) -> None:
        async with await self._window(MAIL) as window:
            page = await _empty(window)
            for mail in mails:
                if numbers_of(mail.html) - self.seen:
                    await self._show(page, mail.html, mail.name, "", is_specimen=False)

    async def show_specimens(self, specimens: Iterable[Specimen]) -> None:
        async with await self._window(DESKTOP) as window:
            page = await _empty(window)
            for specimen in specimens:
                if numbers_of(specimen.html) - self.seen:
                    await self._show(page, specimen.html, specimen.name, "", is_specimen=True)

    async def show_recorded(self, recorded: Iterable[Recorded]) -> None:
        """Those first that show most. A page of a test is a real one with invented values."""
        async with await self._window(DESKTOP) as window:
            page = await _empty(window)
            for each in sorted(recorded, key=lambda one: (-len(numbers_of(one.body)), one)):
                if numbers_of(each.body) - self.seen:
                    html = self._in_shell(each) if each.is_part else each.body
                    await self._show(page, html, name_of(each), each.path, is_specimen=False)

    async def _show(self, page: Page, html: str, name: str, path: str, *, is_specimen: bool) -> None:
        await page.set_content(html, wait_until="load")
        texts = await collect(page)
        shown = {text.number for text in texts if text.is_visible}
        if shown - self.seen:
            self.seen |= shown
            picture = picture_name(name)
            size = await take_picture(page, picture)
            self.stops.append(FoundStop("", name, path, picture, size, texts, is_specimen))

    async def _window(self, size: tuple[int, int]) -> BrowserContext:
        window = await self._browser.new_context(
            base_url=ORIGIN, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        await window.route("**/*", self._answer)
        return window

    async def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        asset = self._assets.by_url.get(path)
        if path == "/" and route.request.is_navigation_request():
            await route.fulfill(body="", content_type="text/html")
        elif asset is None or path.endswith(".js"):
            await route.abort()
        else:
            await route.fulfill(body=asset.content, content_type=asset.media_type)

    def _in_shell(self, part: Recorded) -> str:
        area = next((area for area in AREAS if part.path.startswith(area)), None)
        names = STYLES if area else CUSTOMERS
        styles = "".join(f'<link rel="stylesheet" href="{self._assets.url(name)}">' for name in names)
        body = AREAS.get(area or "", OTHER).format(part="{part}").replace("{part}", part.body)
        return SHELL.replace("{styles}", styles).replace("{body}", body)


def name_of(page: Recorded) -> str:
    """`/till/cards/{card_id}: a full card is redeemed, 2`."""
    test = page.test.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    return f"{page.path}: {test}, {page.number + 1}"


async def _empty(window: BrowserContext) -> Page:
    """At our address, so that style sheets are found."""
    page = await window.new_page()
    await page.goto("/")
    return page
