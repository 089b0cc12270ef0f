"""A scanner types like a keyboard. From every screen a scan opens the card and does nothing else."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Request, expect

from tests.journeys.conftest import WorkAt
from tests.journeys.till import TillScreen
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def count_requests() -> Callable[[TillScreen], list[str]]:
    """Every request of the till from now on, as `POST /till/find`."""

    def counted(till: TillScreen) -> list[str]:
        seen: list[str] = []

        def note(request: Request) -> None:
            path = urlsplit(request.url).path
            if not path.startswith("/static/"):
                seen.append(f"{request.method} {path}")

        till.page.on("request", note)
        return seen

    return counted


async def test_a_scan_while_an_amount_is_half_typed_switches_the_customer_and_says_what_was_dropped(
    shop: Shop, at_work: WorkAt, count_requests: Callable[[TillScreen], list[str]]
) -> None:
    marie, jean = await shop.a_card(points=10, first_name="Marie"), await shop.a_card(points=20, first_name="Jean")
    till = await at_work(shop, "anna")
    await till.open(marie)
    requests = count_requests(till)
    await till.type("12,5")
    await till.scan(jean["code"])
    await expect(till.title).to_have_text("Jean")
    await expect(till.toasts).to_contain_text("12,5 was not recorded.")
    await expect(till.amount).to_have_value("")
    await expect(till.amount).to_be_focused()
    assert requests == ["POST /till/find"]
    await till.type("30")
    await till.press("Enter")
    await expect(till.balance).to_have_text("50")
    assert (await shop.anna.show(marie))["points_balance"] == 10


PLACES = {
    "the heading": "h2#customer",
    "the finder": "#query",
    "a button": "#book button",
    "the menu": ".menu summary",
}


@pytest.mark.parametrize("place", [*PLACES, "nothing"])
async def test_a_scan_is_one_lookup_wherever_the_cursor_is(
    place: str, shop: Shop, at_work: WorkAt, count_requests: Callable[[TillScreen], list[str]]
) -> None:
    first, second = await shop.a_card(), await shop.a_card(points=5)
    till = await at_work(shop, "anna")
    await till.open(first)
    if place in PLACES:
        await till.page.locator(PLACES[place]).first.focus()
    else:
        await till.page.evaluate("document.activeElement.blur()")
    requests = count_requests(till)
    await till.open(second)
    await expect(till.balance).to_have_text("5")
    assert requests == ["POST /till/find"]


async def test_letters_never_do_anything(
    shop: Shop, at_work: WorkAt, count_requests: Callable[[TillScreen], list[str]]
) -> None:
    till = await at_work(shop, "anna")
    await till.open(await shop.a_card(points=100, stamps=10))
    await till.page.locator("h2#customer").focus()
    requests = count_requests(till)
    for letter in LETTERS:
        await till.page.keyboard.press(letter)
    await till.page.wait_for_timeout(300)
    assert requests == []
    await expect(till.balance).to_have_text("100")


async def test_a_code_of_no_card_and_a_foreign_code_are_told_apart(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna")
    await till.scan("BDFHKLNPRSTVXGCJ")
    await expect(till.title).to_have_text("No card has this code.")
    assert await till.has_focus()
    await till.press("/")
    await till.type("https://example.org/")
    await till.press("Enter")
    await expect(till.title).to_have_text("This card does not belong to Orion.")
    assert await till.has_focus()
