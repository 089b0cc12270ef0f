"""On an old monitor, a phone and at 200 % zoom, every action is on the screen."""

import pytest
from playwright.async_api import expect

from tests.conftest import OpenShop
from tests.journeys.conftest import WorkAt
from tests.journeys.till import TillScreen

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = {"an old monitor": (1024, 768), "a phone": (390, 844), "a small phone": (320, 640), "at 200 %": (640, 400)}
COVERED = """() => {
  const [over, under] = ["#toasts", "#amount"].map((name) => document.querySelector(name).getBoundingClientRect());
  return over.left < under.right && under.left < over.right && over.top < under.bottom && under.top < over.bottom;
}"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
async def test_everything_that_can_be_done_is_on_the_screen(
    size: str, language: str, opened: OpenShop, at_work: WorkAt
) -> None:
    shop = await opened(categories=4)
    width, height = SIZES[size]
    till = await at_work(shop, "anna", viewport={"width": width, "height": height}, locale=language)
    await till.open(await shop.a_card(points=150, stamps=3, first_name="Maria", last_name="Weber"))
    commands = till.page.locator(".commands > :visible")
    assert await commands.count() == 4
    for command in await commands.all():
        await expect(command).to_be_in_viewport(ratio=1)
    await expect(till.amount).to_be_in_viewport(ratio=1)
    assert not await hidden_behind_the_bar(till)


@pytest.mark.parametrize("size", SIZES)
async def test_a_reward_that_is_set_aside_leaves_the_amount_on_the_screen(
    size: str, opened: OpenShop, at_work: WorkAt
) -> None:
    shop = await opened(categories=4)
    width, height = SIZES[size]
    card = await shop.a_card(points=350, stamps=3)
    await shop.anna.reserve(card, shop.rewards[100], quantity=2)
    till = await at_work(shop, "anna", viewport={"width": width, "height": height})
    await till.open(card)
    await expect(till.amount).to_be_in_viewport(ratio=1)
    assert not await hidden_behind_the_bar(till)


async def hidden_behind_the_bar(till: TillScreen) -> bool:
    box, bar = await till.amount.bounding_box(), await till.page.locator(".commands").bounding_box()
    assert box is not None
    assert bar is not None
    return box["y"] + box["height"] > bar["y"]


@pytest.mark.parametrize("size", ["a phone", "a small phone", "at 200 %"])
async def test_a_toast_never_covers_the_amount(size: str, opened: OpenShop, at_work: WorkAt) -> None:
    shop = await opened()
    width, height = SIZES[size]
    till = await at_work(shop, "anna", viewport={"width": width, "height": height})
    await till.open(await shop.a_card(stamps=3))
    await till.page.evaluate("document.getElementById('amount').scrollIntoView({block: 'start'})")
    await till.press("+")
    await expect(till.page.locator("[data-undo]")).to_be_visible()
    assert not await till.page.evaluate(COVERED)
    await expect(till.amount).to_be_in_viewport(ratio=1)
