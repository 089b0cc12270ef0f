"""What a sale at the till shows to a collector of spans, with all processes as they run in production."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from environment.tracing.telemetry import CLOSE_SECONDS
from tests.conftest import OwnTown, Town
from tests.doubles.collector import Collector, ReceivedSpan, open_collector
from tests.doubles.webhook_receiver import WebhookReceiver, open_receiver
from tests.environment.tracing.stack import TracedStack, traced_stack
from tests.frontend.staff_browser import Browser
from tests.world import PASSWORD
from tests.world.patience import until
from tests.world.shop import Shop
from tests.world.webhooks import WebhookOffice

pytestmark = pytest.mark.slow

EMAIL, PIN = "planted.marie@example.com", "580273"
BUSY_SECONDS = 5
"""A machine that is busy with other tests is no bug."""


@asynccontextmanager
async def anna_at(stack: TracedStack, shop: Shop) -> AsyncIterator[Browser]:
    browser = Browser(None, stack.pages)
    async with browser.client:
        await browser.sign_in(email=shop.emails["anna"], password=PASSWORD)
        yield browser


async def sell(browser: Browser, card_id: str, **entered: Any) -> None:
    page = f"/till/cards/{card_id}"
    await browser.open(page)
    answer = await browser.submit(f"{page}/points", amount="25,50", **entered)
    assert answer.headers["location"] == page


async def a_traced_sale(collector: Collector) -> list[ReceivedSpan]:
    """The spans of the sale, when its webhook has been delivered, which is the last of all."""

    def ended() -> list[ReceivedSpan]:
        return [span for span in collector.spans if span.name == "deliver_webhooks"]

    async def has_ended() -> bool:
        return bool(ended())

    await until(has_ended)
    return collector.of_trace(ended()[0].trace_id)


def one(spans: list[ReceivedSpan], name: str, kind: str, service: str = "") -> ReceivedSpan:
    (found,) = [s for s in spans if (s.name, s.kind) == (name, kind) and s.service.endswith(service)]
    return found


async def test_one_trace_goes_from_the_page_of_the_till_to_the_call_of_the_worker(
    own_town: OwnTown, forks: str, tmp_path: Path
) -> None:
    async with own_town() as town, open_collector() as collector, open_receiver() as receiver:
        shop, card_id = await a_shop(town, receiver)
        async with traced_stack(town.settings, forks, tmp_path, collector.url) as stack:
            async with anna_at(stack, shop) as browser:
                await sell(browser, card_id)
            spans = await a_traced_sale(collector)
            # What is not sent yet when a process ends is sent then.
            await stack.stop()
        spans = collector.of_trace(spans[0].trace_id)
        page = one(spans, "POST /till/cards/{card_id}/points", "SERVER", "orion-frontend")
        booking = one(spans, "POST /api/v1/store/loyalty/cards/{card_id}/points", "SERVER", "orion-backend")
        book = next(span for span in spans if span.attributes.get("db.query.summary") == "SELECT book")
        reaction = one(spans, "send_webhooks", "CONSUMER", "orion-worker")
        delivery = one(spans, "deliver_webhooks", "CONSUMER", "orion-worker")
        call = one(spans, "POST", "CLIENT", "orion-worker")
    assert page.parent_id == ""
    assert collector.parent_of(collector.parent_of(booking)) == page, "with the frontend's call between them"
    assert book.parent_id == reaction.parent_id == booking.span_id
    assert delivery.parent_id == reaction.span_id
    assert call.parent_id == delivery.span_id
    assert "traceparent" not in receiver.received[0].headers, "nobody else is told"
    assert {span.attributes.get("db.system.name") for span in spans} >= {"postgresql", "redis"}
    assert page.attributes["orion.request"] == booking.attributes["orion.request"]
    (line,) = [line for line in stack.log_lines("backend") if line.get("route", "").endswith("/points")]
    assert line["trace_id"] == page.trace_id
    assert line["request"] == page.attributes["orion.request"]


async def a_shop(town: Town, receiver: WebhookReceiver) -> tuple[Shop, str]:
    """And the id of Marie's card."""
    shop = await town.open_shop()
    await shop.give_pin("anna", PIN)
    endpoint = await WebhookOffice.of(shop.claire).add_endpoint(receiver.url, "points.earned")
    receiver.secrets.append(endpoint["secret"])
    card = await shop.anna.enroll(EMAIL, first_name="Plantedname")
    return shop, str(card["id"])


async def test_no_span_has_what_somebody_has_typed(own_town: OwnTown, forks: str, tmp_path: Path) -> None:
    async with own_town() as town, open_collector() as collector, open_receiver() as receiver:
        shop, card_id = await a_shop(town, receiver)
        card = (await shop.anna.till(card_id))["card"]
        async with traced_stack(town.settings, forks, tmp_path, collector.url) as stack:
            async with anna_at(stack, shop) as browser:
                await sell(browser, card_id, staff_pin=PIN, order_reference="Planted-4711")
                for address in (f"/till?q={EMAIL}", f"/c/{card['code']}", "/nowhere/planted-path?planted-query=1"):
                    await browser.open(address, **{"User-Agent": "planted-agent", "tracestate": "a=planted-state"})
            await a_traced_sale(collector)
            await stack.stop()
    names = {span.name for span in collector.spans}
    assert {"GET /c/{token}", "GET"} <= names
    sent = "\n".join(collector.texts).lower()
    for planted in ("planted", EMAIL, PIN, card["code"], card_id, shop.emails["anna"], PASSWORD):
        assert planted.lower() not in sent


async def test_a_collector_that_says_nothing_holds_up_nobody_and_no_process_that_ends(
    own_town: OwnTown, forks: str, tmp_path: Path
) -> None:
    async with own_town() as town, open_collector() as collector, open_receiver() as receiver:
        collector.gate.clear()
        shop, card_id = await a_shop(town, receiver)
        async with traced_stack(town.settings, forks, tmp_path, collector.url) as stack:
            async with anna_at(stack, shop) as browser:
                await sell(browser, card_id)
            await receiver.has_request.wait()
            assert collector.texts, "it has been asked"
            began = time.monotonic()
            await stack.stop()
            seconds = time.monotonic() - began
        collector.gate.set()
    assert seconds < CLOSE_SECONDS + BUSY_SECONDS
    assert not [line for name in stack.processes for line in stack.log_lines(name) if line["level"] == "error"]
