"""What a merchant's server is told, in which order, and how often."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core import leases
from backend.core.clock import clock
from backend.core.events import record
from backend.core.queue import open_queue
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.operations.task_runs.actions import Progress
from backend.webhooks import delivery
from backend.webhooks.rules import JITTER, PAUSES
from tests.conftest import OpenShop
from tests.doubles.webhook_receiver import WebhookReceiver, open_receiver
from tests.workers.webhooks import PING, Working, connect, deliver, deliver_after
from tests.world.caller import refused
from tests.world.patience import until
from tests.world.shop import Shop
from tests.world.statements import statements
from tests.world.webhooks import WebhookOffice
from workers.jobs.outbox import relay_bulk_outbox, relay_outbox
from workers.jobs.purge import purge
from workers.jobs.webhooks import deliver_webhooks, find_due_webhooks

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with open_receiver() as opened:
        yield opened


async def test_a_purchase_arrives_signed_with_ids_and_numbers_only(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver)
    card = await shop.anna.enroll("otto@example.com", first_name="Otto")
    booking = await shop.anna.earn(card, cents=2500)
    await deliver(working)
    assert receiver.types == ["card.enrolled", "points.earned"]
    assert [each.is_signed for each in receiver.received] == [True, True]
    event = receiver.events[1]
    assert event["id"] == receiver.received[1].id
    assert event["api_version"] == "1"
    transaction_id = booking["transaction"]["id"]
    assert event["data"] == {"card_id": card["id"], "transaction_id": transaction_id, "points": 25}
    newest = (await office.deliveries(endpoint))[0]
    assert (newest["state"], newest["status"], newest["attempts"]) == ("delivered", 204, 1)


async def test_whoever_erases_a_customer_it_is_told_with_nothing_but_the_id(
    shop: Shop, working: Working, receiver: WebhookReceiver, superuser: asyncpg.Connection
) -> None:
    """In its turn: the ids of events are in the order in which things happened."""
    await connect(shop, receiver, "customer.changed", "customer.erased")
    card = await shop.a_card(email="otto@example.com")
    customer_id = card["customer"]["id"]
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        record(session, shop.merchant_id, CustomerChanged(UUID(customer_id)), clock.now())
    await shop.erase(card)
    await superuser.execute("DELETE FROM customers WHERE id = $1", UUID(customer_id))
    await deliver_after(working, MINUTE)
    assert [event["type"] for event in receiver.events] == ["customer.changed", "customer.erased"]
    event = receiver.events[1]
    assert event["data"] == {"customer_id": customer_id}
    assert UUID(event["id"]).version == 7
    assert "otto" not in receiver.received[1].body.decode()


async def test_an_endpoint_is_told_only_what_it_has_chosen_and_of_its_own_merchant(
    shop: Shop, opened: OpenShop, working: Working, receiver: WebhookReceiver
) -> None:
    await connect(shop, receiver, "points.earned")
    other = await opened()
    await other.a_card(points=10)
    card = await shop.a_card(points=10)
    await deliver(working)
    assert [(event["type"], event["data"]["card_id"]) for event in receiver.events] == [("points.earned", card["id"])]


async def test_what_fails_comes_again_with_the_same_id_until_it_is_confirmed(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver, "card.enrolled")
    receiver.plan = [500, 302, 204]
    await shop.a_card()
    await deliver(working)
    await deliver_after(working, PAUSES[0] - timedelta(seconds=1))
    assert len(receiver.received) == 1
    await deliver_after(working, timedelta(seconds=3))
    await deliver_after(working, 2 * PAUSES[1])
    await deliver_after(working, DAY)
    assert len({each.id for each in receiver.received}) == 1
    assert len({each.body for each in receiver.received}) == 1
    assert [each.is_signed for each in receiver.received] == [True] * 3
    story = await office.delivery((await office.deliveries(endpoint))[0])
    assert [(each["outcome"], each["status"], each["code"]) for each in story["history"]] == [
        ("refused", 500, "not_successful"),
        ("refused", 302, "redirected"),
        ("delivered", 204, None),
    ]


async def test_a_receiver_that_is_away_and_one_that_hangs_up_are_tried_again(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver, "card.enrolled")
    receiver.hangs_up = True
    await shop.a_card()
    await deliver(working)
    await office.change_endpoint(endpoint, url="http://127.0.0.1:1/")
    await deliver_after(working, MINUTE)
    story = await office.delivery((await office.deliveries(endpoint))[0])
    assert [each["code"] for each in story["history"]] == ["broken_off", "unreachable"]
    assert story["state"] == "waiting"


async def test_no_second_event_of_a_card_overtakes_one_that_waits(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver, "points.earned")
    slow, other = await shop.a_card(), await shop.a_card()
    receiver.refuses_cards = {slow["id"]}
    for card in (slow, other, slow):
        await shop.anna.earn(card, cents=1000)
    await deliver(working)
    received = sorted(event["data"]["card_id"] for event in receiver.events)
    assert received == sorted([slow["id"], other["id"]]), "both at once, in any order"
    newest, _, first = await office.deliveries(endpoint)
    assert (await office.delivery(newest))["waits_for"] == first["id"]
    receiver.refuses_cards = set()
    await deliver_after(working, MINUTE)
    ids = [event["id"] for event in receiver.events if event["data"]["card_id"] == slow["id"]]
    assert ids == [first["event_id"], first["event_id"], newest["event_id"]]


async def test_a_test_waits_for_no_other(shop: Shop, receiver: WebhookReceiver) -> None:
    """It is about no card, so no earlier one holds it back."""
    office, endpoint = await connect(shop, receiver)
    await office.send_test(endpoint)
    second = await office.send_test(endpoint)
    assert (await office.delivery(second))["waits_for"] is None


async def test_what_expires_with_a_purchase_arrives_before_it_although_another_job_relays_it(
    opened: OpenShop, working: Working, receiver: WebhookReceiver
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30})
    card = await shop.a_card(points=40)
    await deliver(working)
    await connect(shop, receiver, "points.expired", "points.earned")
    clock.move(31 * DAY)
    till = await shop.sign_in_again("anna")
    await till.earn(card, cents=1000)
    await relay_outbox(working)
    await deliver(working)
    assert receiver.types == ["points.expired", "points.earned"]


async def test_after_three_days_an_event_is_given_up_and_the_next_one_of_the_card_is_sent(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    """Other cards' events are confirmed meanwhile, so that the endpoint itself is not given up."""
    office, endpoint = await connect(shop, receiver, "card.enrolled", "points.earned")
    card = await shop.a_card()
    receiver.refuses_cards = {card["id"]}
    await deliver(working)
    await shop.book(EarnPoints(shop.earned(shop.hub, 10)), card)
    for pause in PAUSES:
        await deliver_after(working, pause * (1 + JITTER))
        await shop.a_card()
        await deliver(working)
    assert "points.earned" in receiver.types
    receiver.refuses_cards = set()
    await deliver_after(working, DAY)
    (second,) = await office.deliveries(endpoint, type="points.earned")
    assert second["state"] == "delivered"
    assert [each["attempts"] for each in await office.deliveries(endpoint, state="failed")] == [len(PAUSES) + 1]


async def test_who_answers_410_is_told_nothing_any_more_and_the_owner_gets_an_email(
    shop: Shop, working: Working, receiver: WebhookReceiver, superuser: asyncpg.Connection
) -> None:
    office, endpoint = await connect(shop, receiver)
    receiver.status = 410
    card = await shop.a_card()
    await deliver(working)
    await shop.anna.earn(card, cents=1000)
    await deliver_after(working, DAY)
    assert len(receiver.received) == 1
    now_is = await office.endpoint(endpoint)
    assert (now_is["is_active"], now_is["disabled_because"]) == (False, "gone")
    assert [each["state"] for each in await office.deliveries(endpoint)] == ["failed"]
    mails = await superuser.fetch("SELECT * FROM platform_mails WHERE template_code = 'webhook_disabled'")
    assert [mail["recipient"] for mail in mails] == [shop.emails["claire"]]
    assert receiver.url in mails[0]["body_text"]
    assert endpoint["secret"] not in str(mails)
    with refused("webhook_endpoint_inactive", 409):
        await office.send_test(endpoint)


async def test_three_days_of_failures_disable_an_endpoint_and_what_failed_can_be_replayed(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver, "card.enrolled")
    receiver.status = 503
    since = clock.now().isoformat()
    for _ in range(2):
        await shop.a_card()
    await deliver(working)
    await deliver_after(working, 3 * DAY - MINUTE)
    assert (await office.endpoint(endpoint))["is_active"]
    await deliver_after(working, 2 * MINUTE)
    disabled = await office.endpoint(endpoint)
    assert disabled["disabled_because"] == "failing"
    receiver.status = 204
    receiver.received.clear()
    active = await office.change_endpoint(disabled, is_active=True)
    assert (active["disabled_because"], active["failing_since"]) == (None, None)
    await deliver(working)
    assert receiver.received == []
    assert await office.replay_failed(endpoint, since) == 2
    await deliver(working)
    assert receiver.types == ["card.enrolled"] * 2


async def test_retry_after_is_respected(shop: Shop, working: Working, receiver: WebhookReceiver) -> None:
    await connect(shop, receiver, "card.enrolled")
    receiver.plan, receiver.headers = [429], {"retry-after": "600"}
    await shop.a_card()
    await deliver(working)
    await shop.a_card()
    await deliver_after(working, timedelta(seconds=595))
    assert len(receiver.received) == 1
    await deliver_after(working, timedelta(seconds=10))
    assert len(receiver.received) == 3


async def test_an_endpoint_that_fails_in_a_row_is_asked_by_one_call_until_it_confirms(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    await connect(shop, receiver, "card.enrolled")
    receiver.status = 500
    for _ in range(12):
        await shop.a_card()
    await deliver(working)
    assert len(receiver.received) == 8
    receiver.received.clear()
    receiver.most_open_calls = 0
    await deliver_after(working, timedelta(minutes=20))
    assert len(receiver.received) == 1
    receiver.status = 204
    await deliver_after(working, timedelta(minutes=20))
    assert len({each.id for each in receiver.received}) == 12


async def test_a_slow_endpoint_delays_no_other(
    shop: Shop, working: Working, receiver: WebhookReceiver, superuser: asyncpg.Connection
) -> None:
    await connect(shop, receiver, "card.enrolled")
    receiver.gate.clear()
    async with open_receiver() as quick:
        await connect(shop, quick, "card.enrolled")
        for _ in range(6):
            await shop.a_card()
        delivering = asyncio.create_task(deliver_all_at_once(working))
        await asyncio.gather(receiver.has_request.wait(), quick.has_request.wait())
        while len(quick.received) < 6:  # noqa: ASYNC110 - the worker does it
            await asyncio.sleep(0.01)
        assert receiver.open_calls <= 4
        receiver.gate.set()
        await delivering
    assert len(receiver.received) == 6
    assert receiver.most_open_calls == 4


async def deliver_all_at_once(working: Working) -> None:
    await relay_outbox(working)
    rows = await working["services"].pool.fetch("SELECT * FROM due_webhook_endpoints($1)", clock.now())
    await asyncio.gather(*(deliver_webhooks(working, str(row["merchant_id"]), str(row["endpoint_id"])) for row in rows))


async def test_a_worker_that_was_lost_in_a_call_leaves_the_delivery_to_the_next_one_with_the_same_id(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver, "card.enrolled")
    receiver.gate.clear()
    await shop.a_card()
    lost = asyncio.create_task(deliver(working))
    await receiver.has_request.wait()
    lost.cancel()
    await asyncio.gather(lost, return_exceptions=True)
    receiver.gate.set()
    await deliver(working)
    assert len(receiver.received) == 1
    await deliver_after(working, MINUTE)
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    await deliver_after(working, DAY)
    assert len(receiver.received) == 2
    assert [each["state"] for each in await office.deliveries(endpoint)] == ["delivered"]


async def test_a_call_that_takes_long_is_nobody_elses(
    shop: Shop,
    working: Working,
    receiver: WebhookReceiver,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    office, endpoint = await connect(shop, receiver, "card.enrolled")
    receiver.gate.clear()
    await shop.a_card()
    slow = asyncio.create_task(deliver(working))
    await receiver.has_request.wait()
    clock.move(leases.LEASE)

    async def is_renewed() -> bool:
        until_then = clock.now() + leases.LEASE / 2
        return bool(await superuser.fetchval("SELECT bool_and(available_at > $1) FROM webhook_deliveries", until_then))

    await until(is_renewed)
    await deliver(working)
    receiver.gate.set()
    await slow
    assert [each["state"] for each in await office.deliveries(endpoint)] == ["delivered"]
    assert len(receiver.received) == 1


async def test_a_worker_that_overslept_its_lease_writes_no_outcome(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver, "card.enrolled")
    receiver.gate.clear()
    receiver.plan = [500, 204]
    await shop.a_card()
    slow = asyncio.create_task(deliver(working))
    await receiver.has_request.wait()
    receiver.has_request.clear()
    clock.move(MINUTE)
    quick = asyncio.create_task(deliver(working))
    await receiver.has_request.wait()
    receiver.gate.set()
    await asyncio.gather(slow, quick)
    (delivery,) = await office.deliveries(endpoint)
    history = (await office.delivery(delivery))["history"]
    assert len(history) == 1


async def test_while_a_secret_is_replaced_both_sign_and_afterwards_the_new_one_alone(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    office, endpoint = await connect(shop, receiver, "points.earned")
    rotated = await office.rotate_secret(endpoint, overlap_hours=24)
    assert rotated["secret"] != endpoint["secret"]
    signed_by = []
    for pause in (timedelta(), timedelta(hours=23, minutes=59), timedelta(minutes=2)):
        clock.move(pause)
        await office.send_test(endpoint)
        for secret in (endpoint["secret"], rotated["secret"]):
            receiver.secrets = [secret]
            await office.replay((await office.deliveries(endpoint))[0])
            await deliver(working)
            signed_by.append(receiver.received[-1].is_signed)
    assert signed_by == [True, True, True, True, False, True]


async def test_a_leaked_secret_ends_at_once(shop: Shop, working: Working, receiver: WebhookReceiver) -> None:
    office, endpoint = await connect(shop, receiver)
    await office.rotate_secret(endpoint, overlap_hours=0)
    await office.send_test(endpoint)
    rotated = await office.rotate_secret(endpoint)
    receiver.secrets = [endpoint["secret"], rotated["secret"]]
    assert (await office.end_former_secret(endpoint))["former_secret_ends_at"] is None
    await deliver(working)
    assert receiver.types == [PING]
    assert receiver.received[0].headers["webhook-signature"].count("v1,") == 1


async def test_redis_may_forget_that_something_is_due(shop: Shop, working: Working, receiver: WebhookReceiver) -> None:
    await connect(shop, receiver, "card.enrolled")
    await shop.a_card()
    await relay_outbox(working)
    services = working["services"]
    await services.redis.flushdb()
    await find_due_webhooks(working)
    assert await services.redis.zcard("orion:webhooks") == 1


async def test_without_redis_what_is_due_is_delivered_all_the_same(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    """Nobody wakes a worker: the one that looks delivers."""
    await connect(shop, receiver, "card.enrolled")
    await shop.a_card()
    away = open_queue("redis://127.0.0.1:1")
    without = {"services": replace(working["services"], queue=away)}
    await relay_outbox(without)
    await find_due_webhooks(without)
    assert receiver.types == ["card.enrolled"]
    await away.aclose(close_connection_pool=True)


async def test_an_endpoint_with_much_to_deliver_stands_behind_the_others_again(
    shop: Shop, working: Working, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its turn has an end: what is left is the next one, which waits in the same line as everybody else's."""
    _, endpoint = await connect(shop, receiver, "card.enrolled")
    await shop.a_card()
    await relay_outbox(working)
    services = working["services"]
    await services.redis.flushdb()
    monkeypatch.setattr(delivery, "RUN_SECONDS", 0)
    await deliver_webhooks(working, str(shop.merchant_id), endpoint["id"])
    assert (receiver.types, await services.redis.zcard("orion:webhooks")) == ([], 1)
    monkeypatch.undo()
    await deliver_webhooks(working, str(shop.merchant_id), endpoint["id"])
    assert receiver.types == ["card.enrolled"]


async def test_a_night_of_expiry_asks_as_many_statements_for_many_cards_as_for_few(
    opened: OpenShop, working: Working, receiver: WebhookReceiver, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30})
    await connect(shop, receiver, "points.expired")
    counts = []
    for cards in (2, 12):
        for _ in range(cards):
            await shop.a_card(points=40)
        clock.move(32 * DAY)
        await PointsExpiry(shop.services.ledger, clock.now(), Progress()).run([shop.merchant_id])
        with statements() as asked:
            await relay_bulk_outbox(working)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert len(await superuser.fetch("SELECT FROM webhook_deliveries")) == 14


async def test_deliveries_are_forgotten_after_thirty_days(
    shop: Shop, working: Working, receiver: WebhookReceiver
) -> None:
    _, endpoint = await connect(shop, receiver, "card.enrolled")
    await shop.a_card()
    await deliver(working)
    clock.move(30 * DAY - MINUTE)
    await purge(working)
    again = WebhookOffice.of(await shop.sign_in_again("claire"))
    assert len(await again.deliveries(endpoint)) == 1
    clock.move(2 * MINUTE)
    await purge(working)
    assert await again.deliveries(endpoint) == []
