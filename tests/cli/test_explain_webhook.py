"""`orion explain webhook` tells an operator what became of one event on its way to an endpoint."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from backend.core.next_steps import NO_WORKER
from backend.services import Services
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.story import next_step
from tests.cli.conftest import Orion
from tests.doubles.webhook_receiver import open_receiver
from tests.workers.webhooks import connect, deliver
from tests.world.shop import Shop

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbooks" / "webhooks.md"
COMMAND = re.compile(r"^docker compose exec -T backend orion (.*)$", re.MULTILINE)
NOW, MINUTE = datetime(2026, 11, 30, 2, 0, tzinfo=UTC), timedelta(minutes=1)
PAGE = "/office/api/webhooks/deliveries/00000000-0000-0000-0000-000000000007"


async def test_the_story_of_a_webhook_that_was_refused_and_of_the_one_behind_it(
    orion: Orion, shop: Shop, services: Services
) -> None:
    async with open_receiver() as receiver:
        office, endpoint = await connect(shop, receiver, "points.earned")
        receiver.plan, receiver.answer = [500], b"No such card"
        card = await shop.a_card()
        for cents in (1000, 2000):
            await shop.anna.earn(card, cents=cents)
        await deliver({"services": services})
    second, first = await office.deliveries(endpoint)
    result = await orion("explain", "webhook", first["id"])
    assert result.exit_code == 0, result.output
    for told in (
        f"points.earned, {first['event_id']}",
        "Points were added for a purchase",
        f"card_id {card['id']}",
        shop.code,
        f"{receiver.url}, {endpoint['id']}, failing since",
        "refused · 500 · ",
        "No such card",
        "waiting, attempts: 1",
        "The worker tries at ",
    ):
        assert told in result.output, result.output
    (behind,) = msgspec.json.decode((await orion("explain", "webhook", second["id"], "--json")).output)
    assert behind["next"].startswith(f"It waits until {first['id']}, an earlier event of the same card")
    assert "whsec_" not in result.output + str(behind)
    transaction = behind["delivery"]["event"]["data"]["transaction_id"]
    for known_to_the_merchant in (transaction, second["event_id"]):
        assert msgspec.json.decode((await orion("explain", "webhook", known_to_the_merchant, "--json")).output) == [
            behind
        ]


async def test_the_runbook_of_missing_webhooks_is_true(orion: Orion, shop: Shop, services: Services) -> None:
    async with open_receiver() as receiver:
        _, endpoint = await connect(shop, receiver, "points.earned")
        receiver.plan = [500]
        booked = await shop.anna.earn(await shop.a_card(), cents=1000)
        await deliver({"services": services})
    values = {"$MERCHANT": shop.code, "$ID": booked["transaction"]["id"]}
    outputs = []
    for command in COMMAND.findall(RUNBOOK.read_text("utf-8")):
        result = await orion(*(values.get(word, word) for word in shlex.split(command)))
        assert result.exit_code == 0, result.output
        outputs.append(result.output)
    everybodys, own, told = outputs
    assert own in everybodys
    assert own.startswith(f"{endpoint['id']}  failing since ")
    assert own.rstrip().endswith(f"1 waiting      0 failed  {shop.code}  {receiver.url}")
    assert "refused · 500" in told


async def test_a_webhook_that_does_not_exist_has_no_story(orion: Orion) -> None:
    unknown = await orion("explain", "webhook", str(UUID(int=7)))
    assert (unknown.exit_code, "There is no such delivery" in unknown.output) == (1, True)


@pytest.mark.parametrize(
    ("delivery", "endpoint", "sentence"),
    [
        ({"state": "delivered"}, {}, "Nothing: the endpoint has confirmed it."),
        ({"state": "failed"}, {}, f"Nothing by itself. The owner sends it again at {PAGE}."),
        (
            {"state": "failed"},
            {"is_active": False},
            f"Nothing by itself. The owner activates the endpoint and sends it again at {PAGE}.",
        ),
        (
            {},
            {"paused_until": NOW + 2 * MINUTE},
            "The endpoint rests after failures. The worker tries at 2026-11-30 02:02:00 UTC.",
        ),
        (
            {"available_at": NOW + MINUTE},
            {"paused_until": NOW - MINUTE},
            "The worker tries at 2026-11-30 02:01:00 UTC.",
        ),
        ({}, {}, f"It is due: the worker sends it within seconds. {NO_WORKER}"),
    ],
)
def test_what_happens_next(delivery: dict[str, object], endpoint: dict[str, object], sentence: str) -> None:
    row = WebhookDelivery(**{"id": UUID(int=7), "state": "waiting", "available_at": NOW} | delivery)
    place = WebhookEndpoint(**{"is_active": True, "paused_until": None} | endpoint)
    assert next_step(row, place, None, NOW) == sentence
