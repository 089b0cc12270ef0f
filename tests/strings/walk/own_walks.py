"""Walks past the pages of `make run` only, which show what phones show."""

from collections.abc import AsyncIterator

from playwright.async_api import Page, expect

from tests.journeys.walks import Scene, Walk


async def past_the_components(page: Page, scene: Scene) -> AsyncIterator[str]:
    await page.goto("/_kit")
    yield "components"


async def past_the_phones(page: Page, scene: Scene) -> AsyncIterator[str]:
    await page.goto("/sandbox")
    yield "sandbox"
    await page.goto(scene.past["page_url"])
    await page.locator("a[href*='/sandbox/']").click()
    yield "phones, empty"
    for wallet in ("google", "apple"):
        await page.locator(f"#phone-{wallet} button").click()
        await expect(page.locator(f"#phone-{wallet} [role=img]")).to_be_visible()
    await scene.shop.anna.earn(scene.past, cents=2550, category_ids=scene.shop.categories[:1])
    await expect(page.locator("#phone-apple .says p").first).to_be_visible()
    yield "phones"
    await page.goto(scene.past["page_url"])
    await page.locator("details summary").last.click()
    yield "card, in both wallets"


OWN_WALKS: list[Walk] = [past_the_components, past_the_phones]
