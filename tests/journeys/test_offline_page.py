"""What the browser shows when there is no network at all: a page of ours, in the language of the till."""

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import WorkAt
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADINGS = {
    "Français": ("fr", "Pas de connexion"),
    "Lëtzebuergesch": ("lb", "Keng Verbindung"),
    "Deutsch": ("de", "Keine Verbindung"),
    "English": ("en", "No connection"),
}
IS_AT_WORK = "language => navigator.serviceWorker.controller?.scriptURL.endsWith(`lang=${language}`)"


async def test_without_a_network_the_page_is_in_the_language_that_the_till_had(shop: Shop, at_work: WorkAt) -> None:
    till = await at_work(shop, "anna", service_workers="allow")
    for name, (language, heading) in HEADINGS.items():
        await till.page.locator(".menu summary").click()
        await till.button(name).click()
        await expect(till.page.locator("html")).to_have_attribute("lang", language)
        await till.page.wait_for_function(IS_AT_WORK, arg=language)
        await till.page.context.set_offline(True)
        await till.page.goto("/till")
        await expect(till.page.locator("html")).to_have_attribute("lang", language)
        await expect(till.page.locator("h1")).to_have_text(heading)
        await till.page.context.set_offline(False)
        await till.page.goto("/till")
