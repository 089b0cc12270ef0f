"""Both wallets end to end: from the till through the worker and the doubles of Google and Apple to two phones."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect

from backend.dev.sandbox.apple.pki import ROOT
from backend.dev.sandbox.phones.iphone import IPhone
from backend.dev.servers.valkey import EmbeddedValkey
from backend.services import open_services
from tests.axe import Contrast
from tests.conftest import Servers
from tests.journeys.accessibility import faults_of
from tests.journeys.stack import Stack, open_stack
from tests.journeys.till import TillScreen
from tests.journeys.watch import Watch
from tests.world import PASSWORD
from tests.world.caller import Promises
from tests.world.patience import PATIENCE_SECONDS, until
from tests.world.shop import Shop, open_shop
from tests.world.till import AnonymousCaller

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DATABASE = "wallets"
ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 10) Chrome/140.0 Mobile"


@pytest.fixture(scope="module")
def town(servers: Servers, world_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack as `make run` starts it, including the sandbox."""
    folder = tmp_path_factory.mktemp("wallets")
    servers.postgres.create_database(DATABASE, template=world_database)
    with EmbeddedValkey(folder / "valkey") as valkey:
        settings = replace(servers.settings(DATABASE, redis_url=valkey.url), environment="development")
        with open_stack(settings, folder) as stack:
            yield stack
            assert stack.reports() == []


@pytest.fixture
async def shop(town: Stack, promises: Promises) -> AsyncIterator[Shop]:
    async with (
        open_services(replace(town.settings, pool_size=2)) as services,
        httpx.AsyncClient(base_url=town.api, trust_env=False, timeout=PATIENCE_SECONDS) as http,
    ):
        yield await open_shop(services, AnonymousCaller(http, promises))


@pytest.fixture
async def window(chromium: Browser, town: Stack) -> AsyncIterator[BrowserContext]:
    watch = Watch(town.url)
    context = await chromium.new_context(
        base_url=town.url, locale="en-GB", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    await watch.follow(context)
    yield context
    await context.close()
    assert watch.complaints == []


async def test_from_the_till_to_both_wallets(
    shop: Shop, window: BrowserContext, chromium: Browser, town: Stack, contrast: Contrast
) -> None:
    till, email = TillScreen(await window.new_page()), f"{uuid4().hex[:8]}@example.com"
    await till.sign_in(shop.emails["anna"], PASSWORD)
    await enroll(till, email)
    card = (await shop.anna.find(email))[0]
    assert (card["wallets"]["google"]["state"], card["wallets"]["apple"]["state"]) == ("available", "available")

    customer = await chromium.new_context(
        base_url=town.url, locale="en-GB", user_agent=ANDROID, reduced_motion="reduce"
    )
    page = await customer.new_page()
    await page.goto(card["page_url"])
    await expect(page.locator("a.wallet").first).to_have_text("Add to Google Wallet")
    await expect(page.locator("details a.wallet")).to_have_text("Add to Apple Wallet")
    await page.get_by_role("link", name="Sandbox: watch it on two phones").click()
    for wallet in ("Google Wallet", "Apple Wallet"):
        await page.get_by_role("button", name=f"Add to {wallet}").click()
        await expect(the_pass(page, wallet)).to_have_accessible_name(re.compile(r"Points: 0\b"))

    await till.amount.focus()
    await till.type("25,50")
    await till.press("Enter")
    await expect(till.toasts).to_contain_text("+25 points")
    for wallet in ("Google Wallet", "Apple Wallet"):
        await expect(the_pass(page, wallet)).to_have_accessible_name(re.compile(r"Points: 25\b"))
    await expect(page.locator("#phone-apple .says")).to_contain_text("You have 25 points.")
    # Its images are embedded in the page, which only developers load.
    assert set(await faults_of("sandbox", page, contrast)) <= {"the page is too heavy"}

    await page.goto(card["page_url"])
    await page.get_by_text("On another phone").click()
    for wallet in ("Google Wallet", "Apple Wallet"):
        await expect(page.get_by_text(f"Your card is in {wallet}.")).to_be_visible()
    await customer.close()
    await the_iphone_remembers(town, UUID(card["id"]))


async def enroll(till: TillScreen, email: str) -> None:
    await till.press("F4")
    await expect(till.page.locator("[name=email]")).to_be_focused()
    await till.type(email)
    await till.press("Enter")
    await expect(till.toasts).to_contain_text("is enrolled.")


def the_pass(page: Page, wallet: str) -> Locator:
    return page.locator(f".phone-frame:has-text('{wallet}') [role=img]")


async def the_iphone_remembers(town: Stack, card_id: UUID) -> None:
    """After a restart with `make run` the phone still has its passes."""
    folder = town.settings.data_dir / "sandbox"
    async with httpx.AsyncClient(trust_env=False) as http:
        iphone = IPhone(http, Path(folder, "apple", ROOT), folder / "iphone")
        iphone.load()
        shown = await iphone.find_pass(card_id, "en")
    assert iphone.troubles == []
    assert shown is not None
    assert [fact.value for fact in shown.figures] == ["25"]


async def test_the_platform_sees_that_every_pass_is_right(
    shop: Shop, window: BrowserContext, town: Stack, contrast: Contrast
) -> None:
    card = await shop.a_card(points=40)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        assert (await http.get(card["wallets"]["google"]["save_url"])).status_code == 302
    page = await window.new_page()
    await page.goto("/sign-in")
    await page.locator("[name=email]").fill("admin@orion.example")
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".tile .badge")).to_have_text(["Works", "Works"])
    assert page.url == f"{town.url}/admin"
    await page.get_by_role("navigation").get_by_role("link", name="Wallets").click()
    await expect(page.get_by_role("heading", name="Wallets")).to_be_visible()
    await expect(page.locator("section:has(#google) .figure").first).to_have_text("100%")
    await expect(page.locator("section:has(#google) > .head .badge")).to_have_text("Works")
    await expect(page.locator("section:has(#apple) > .head .badge")).to_have_text("Works")
    assert await faults_of("wallets", page, contrast) == []

    await page.get_by_text("Run again").click()
    await page.get_by_label("One card’s, in any case").check()
    await page.get_by_label("The card’s code").fill(card["code"])
    await _extension_comes_after_htmx(page)
    await page.get_by_role("button", name="Start the run").click()
    run = page.locator("#run")
    await expect(run.locator(".head .badge")).to_have_text("Done")
    await expect(run.locator(".facts")).to_contain_text(f"Card {card['code']}")
    await expect(run.locator(".figures-row")).to_contain_text("Up to date")

    await page.goto(f"/admin/passes?code={card['code']}")
    await expect(page.locator("section:has(#link-google) > .head .badge")).to_have_text("Kept up to date")
    await page.get_by_role("button", name="Send this pass now").click()
    await expect(page.locator("#says")).to_contain_text("Sent: the provider has accepted it.")
    assert await faults_of("passes", page, contrast) == []


async def _extension_comes_after_htmx(page: Page) -> None:
    """The page of a run must follow it also over a slow line."""

    async def deliver(route: Route) -> None:
        await until(lambda: page.evaluate("'htmx' in window"))
        await route.continue_()

    await page.route("**/hx-sse*.js", deliver)
