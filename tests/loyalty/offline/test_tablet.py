"""A day of a tablet, over the API: a PIN online, hours without a network, the queue handed in."""

import gzip
from datetime import timedelta
from typing import Any
from unittest.mock import MagicMock
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import select

from backend.core.clock import clock
from backend.core.models import Event
from backend.devices.events import DeviceEmptied
from backend.loyalty.ledger.allowances import release_allowances
from backend.reactions import event_name, reactions
from tests.conftest import OpenShop
from tests.doubles.tablet import Tablet
from tests.world.caller import Json, refused
from tests.world.devices import a_tablet, revoke
from tests.world.shop import Shop
from tests.world.tablet_queue import OfflineTablet, queue_of

PIN = "482915"
HOUR = timedelta(hours=1)


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", PIN)
    return shop


async def hand_in(tablet: Tablet, batch: Any, **request: Any) -> list[Json]:
    answer = await tablet.post("/devices/me/batches", msgspec.to_builtins(batch), **request)
    results: list[Json] = answer["results"]
    return results


async def test_a_day_without_a_network(guarded: Shop) -> None:
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    checked = await tablet.post(
        "/store/loyalty/pins/verify", {"user_id": str(guarded.user_ids["anna"]), "staff_pin": PIN}
    )
    assert checked["tries_left"] == 5
    grant = checked["grant"]
    assert (grant["max_operations"], grant["operations"], grant["check_bits"]) == (
        200,
        ["points", "stamp", "enroll", "void"],
        4,
    )
    queue = queue_of(guarded, tablet.state.device_id)
    assert queue.open_grant(grant, PIN).looks_right
    clock.move(3 * HOUR)
    queue.sold(card, 2550, ago=2 * HOUR)
    queue.stamped(card, ago=HOUR)
    results = await hand_in(tablet, queue.batch())
    assert [result["outcome"] for result in results] == ["applied", "applied"]
    shown = await guarded.claire.show(card)
    assert (shown["points_balance"], shown["stamp_count"]) == (25, 1)
    listed = await tablet.get("/devices/me/operations", params={"state": "applied"})
    assert [each["id"] for each in listed["data"]] == [result["id"] for result in results]
    one = await tablet.get(f"/devices/me/operations/{results[0]['id']}")
    assert one["transaction_id"] == results[0]["transaction_id"]
    with refused("operation_not_found", 404):
        await tablet.get(f"/devices/me/operations/{uuid4()}")


async def test_the_online_call_and_the_queue_book_once(guarded: Shop) -> None:
    """The answer was lost; the tablet queues the same body under the same key."""
    tablet, card = (await a_tablet(guarded)).used_by(guarded.user_ids["anna"], PIN), await guarded.a_card()
    key = uuid4().hex
    online = await tablet.earn(card, cents=1000, key=key)
    queue = queue_of(guarded, tablet.state.device_id)
    await queue.check_pin("anna", PIN)
    queue.sold(card, 1000, id=key, body={"staff_id": str(guarded.user_ids["anna"])})
    (result,) = await hand_in(tablet, queue.batch())
    assert (result["outcome"], result["transaction_id"]) == ("duplicate", online["transaction"]["id"])


async def test_a_batch_may_come_compressed(guarded: Shop) -> None:
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    queue = queue_of(guarded, tablet.state.device_id)
    await queue.check_pin("anna", PIN)
    queue.sold(card, 1000)
    packed = {"content-encoding": "gzip", "content-type": "application/json"}
    body = gzip.compress(msgspec.json.encode(queue.batch()))
    answer = await tablet.send("POST", "/devices/me/batches", content=body, headers=packed)
    assert answer.json()["results"][0]["outcome"] == "applied"
    for content, status in (
        (gzip.compress(b" " * (1024 * 1024 + 1)), 413),
        (body[:-9], 400),
        (b"not packed", 400),
    ):
        refusal = await tablet.send("POST", "/devices/me/batches", content=content, headers=packed)
        assert refusal.status_code == status


async def test_a_batch_that_is_none_is_refused_as_a_whole(guarded: Shop) -> None:
    tablet, queue = await a_tablet(guarded), queue_of(guarded, str(uuid4()))
    batch = msgspec.to_builtins(queue.batch([{"id": "1"}]))
    wrongs: list[Json] = [{"operations": []}, {"operations": [{}] * 501}, {"operations": [7]}, {"boot_id": "\x07"}]
    for wrong in wrongs:
        with refused("validation_failed", 422):
            await tablet.post("/devices/me/batches", batch | wrong)


async def test_a_wrong_pin_gives_no_grant_and_counts(guarded: Shop) -> None:
    tablet, anna = await a_tablet(guarded), str(guarded.user_ids["anna"])
    with refused("pin_invalid", 403) as said:
        await tablet.post("/store/loyalty/pins/verify", {"user_id": anna, "staff_pin": "482916"})
    assert said[0]["tries_left"] == 4
    with refused("staff_not_here", 403):
        await tablet.post("/store/loyalty/pins/verify", {"user_id": str(uuid4()), "staff_pin": PIN})
    with refused("validation_failed", 422):
        await tablet.post("/store/loyalty/pins/verify", {"staff_pin": PIN})
    await guarded.anna.unlock(PIN)


async def test_a_grant_without_a_pin_where_the_policy_asks_for_none(opened: OpenShop) -> None:
    shop = await opened(policy={"staff_pin_policy": "disabled"})
    tablet, card = await a_tablet(shop), await shop.a_card()
    grant = await tablet.post("/devices/me/grants", {"user_id": str(shop.user_ids["anna"])})
    assert (grant["blob"], grant["max_points"]) == (None, 5000)
    queue = queue_of(shop, tablet.state.device_id)
    queue.open_grant(grant, None)
    queue.stamped(card)
    assert (await hand_in(tablet, queue.batch()))[0]["outcome"] == "applied"
    await tablet.ask("DELETE", f"/devices/me/grants/{grant['id']}")
    clock.move(HOUR)
    queue.queue = []
    queue.stamped(card)
    assert (await hand_in(tablet, queue.batch()))[0]["reason"] == "grant_expired"
    with refused("grant_not_found", 404):
        await tablet.ask("DELETE", f"/devices/me/grants/{uuid4()}")


async def test_where_a_pin_is_asked_for_no_grant_comes_without(guarded: Shop) -> None:
    tablet = await a_tablet(guarded)
    with refused("pin_required", 403):
        await tablet.post("/devices/me/grants", {"user_id": str(guarded.user_ids["anna"])})


async def test_a_stolen_tablets_queue_waits_and_the_owner_sees_how_much(guarded: Shop) -> None:
    tablet, card = await a_tablet(guarded), await guarded.a_card()
    queue = queue_of(guarded, tablet.state.device_id)
    await queue.check_pin("anna", PIN)
    queue.sold(card, 1000)
    await revoke(guarded, tablet)
    assert (await hand_in(tablet, queue.batch()))[0]["reason"] == "device_revoked"
    review = await guarded.claire.get("/merchant/devices/review")
    (item,) = review["data"]
    assert (review["waiting_count"], item["purchase_amount_cents"], item["can_be_booked"]) == (1, 1000, True)
    assert (await guarded.claire.show(card))["points_balance"] == 0
    path = f"/merchant/devices/review/{item['id']}/decide"
    decided = await guarded.claire.post(path, {"decision": "book", "reason": "Before it was stolen"})
    assert decided["state"] == "booked"
    assert (await guarded.claire.show(card))["points_balance"] == 10
    with refused("already_decided", 409):
        await guarded.claire.post(path, {"decision": "dismiss", "reason": "No"})
    await hand_in(tablet, queue.batch([queue.queue[0] | {"id": "unread", "sealed": "AQ"}]))
    (unread,) = (await guarded.claire.get("/merchant/devices/review"))["data"]
    with refused("cannot_be_booked", 409):
        await guarded.claire.post(
            f"/merchant/devices/review/{unread['id']}/decide", {"decision": "book", "reason": "?!a"}
        )
    with refused("operation_not_found", 404):
        other = f"/merchant/devices/review/{uuid4()}/decide"
        await guarded.claire.post(other, {"decision": "dismiss", "reason": "No"})
    with refused("forbidden", 403):
        await guarded.anna.get("/merchant/devices/review")


async def test_an_owner_says_what_tablets_may_do_offline(guarded: Shop) -> None:
    tablet = await a_tablet(guarded)
    usual = await guarded.claire.get("/merchant/loyalty/offline-rules")
    assert [rule["device_id"] for rule in usual["rules"]] == [None]
    every = usual["rules"][0] | {"operations": ["points"], "max_points": 50}
    own = every | {"device_id": tablet.state.device_id, "operations": ["stamp"], "grant_hours": 1}
    rules = await guarded.claire.ask("PUT", "/merchant/loyalty/offline-rules", json={"rules": [own, every]})
    assert rules["rules"] == [every, own]
    body = {"user_id": str(guarded.user_ids["anna"]), "staff_pin": PIN}
    grant = (await tablet.post("/store/loyalty/pins/verify", body))["grant"]
    assert (grant["operations"], grant["max_points"]) == (["stamp"], 50)
    with refused("validation_failed", 422):
        await guarded.claire.ask("PUT", "/merchant/loyalty/offline-rules", json={"rules": [every, every]})
    with refused("device_not_found", 404):
        unknown = every | {"device_id": str(uuid4())}
        await guarded.claire.ask("PUT", "/merchant/loyalty/offline-rules", json={"rules": [unknown]})


async def redeeming(shop: Shop) -> tuple[Tablet, OfflineTablet]:
    """A tablet of a merchant who allows it, with a grant, and its queue."""
    await shop.give_pin("anna", PIN)
    usual = await shop.claire.get("/merchant/loyalty/offline-rules")
    rule = usual["rules"][0] | {"operations": ["points", "redeem"], "max_allowance_points": 150}
    await shop.claire.ask("PUT", "/merchant/loyalty/offline-rules", json={"rules": [rule]})
    tablet = await a_tablet(shop)
    pin = {"user_id": str(shop.user_ids["anna"]), "staff_pin": PIN}
    grant = (await tablet.post("/store/loyalty/pins/verify", pin))["grant"]
    queue = queue_of(shop, tablet.state.device_id)
    queue.open_grant(grant, PIN)
    return tablet, queue


async def hold(tablet: Tablet, queue: OfflineTablet, card: Json, amount: int, key: str | None = None) -> Json:
    assert queue.grant is not None, "somebody has typed a PIN"
    return await tablet.hold_allowance(card["id"], queue.grant.view.id, amount, key=key)


async def test_a_tablet_redeems_offline_what_was_held_for_it(shop: Shop) -> None:
    (tablet, queue), card, key = await redeeming(shop), await shop.a_card(points=320), uuid4().hex
    allowance = await hold(tablet, queue, card, 200, key)
    assert (allowance["amount"], allowance["card"]["held_points"]) == (150, 150), "the merchant allows no more"
    assert await hold(tablet, queue, card, 200, key) == allowance, "the answer was lost"
    with refused("allowance_refused", 403):
        await hold(await a_tablet(shop), queue, card, 100)
    with refused("allowance_limit_reached", 409) as said:
        await hold(tablet, queue, card, 1)
    assert said[0]["maximum"] == 150
    queue.redeemed(card, shop.rewards[100], allowance["id"])
    (result,) = await hand_in(tablet, queue.batch())
    assert (result["outcome"], result["status"]) == ("applied", 201)
    seen = await shop.claire.show(card)
    assert (seen["points_balance"], seen["held_points"]) == (220, 50)
    await tablet.ask("DELETE", f"/devices/me/allowances/{allowance['id']}")
    assert (await shop.claire.show(card))["held_points"] == 0
    with refused("allowance_not_found", 404):
        await tablet.ask("DELETE", f"/devices/me/allowances/{uuid4()}")


async def test_the_online_redemption_and_the_queue_book_once(shop: Shop) -> None:
    """The answer was lost; the tablet queues the same body under the same key, with its allowance."""
    (tablet, queue), card, key = await redeeming(shop), await shop.a_card(points=320), uuid4().hex
    tablet.used_by(shop.user_ids["anna"], PIN)
    allowance, staff_id = await hold(tablet, queue, card, 100), str(shop.user_ids["anna"])
    online = await tablet.redeem(card, shop.rewards[100], key=key)
    queue.redeemed(card, shop.rewards[100], allowance["id"], id=key, body={"staff_id": staff_id})
    (result,) = await hand_in(tablet, queue.batch())
    assert (result["outcome"], result["transaction_id"]) == ("duplicate", online["transaction"]["id"])
    seen = await shop.claire.show(card)
    assert (seen["points_balance"], seen["held_points"]) == (220, 100)


async def test_for_a_kiosk_nothing_is_held(shop: Shop) -> None:
    (_, queue), card = await redeeming(shop), await shop.a_card(points=320)
    kiosk = await a_tablet(shop, name="Entrance", profile="kiosk")
    with refused("not_for_devices", 403):
        await hold(kiosk, queue, card, 100)
    pin = {"user_id": str(shop.user_ids["anna"]), "staff_pin": PIN}
    assert (await kiosk.post("/store/loyalty/pins/verify", pin))["grant"]["operations"] == ["points"]


async def test_emptied_it_gives_back_what_was_held_for_it(shop: Shop) -> None:
    (tablet, queue), card = await redeeming(shop), await shop.a_card(points=120)
    await hold(tablet, queue, card, 100)
    await shop.claire.post(f"/merchant/devices/{tablet.state.device_id}/wipe", None)
    (command,) = (await tablet.heartbeat())["commands"]
    await tablet.heartbeat(followed=[command["id"]])
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        of_emptying = Event.merchant_id == shop.merchant_id, Event.name == event_name(DeviceEmptied)
        event = (await session.scalars(select(Event).where(*of_emptying))).one()
        (reaction,) = reactions(*[MagicMock() for _ in range(4)])[event.name]
        await reaction(session, event)
    assert (await shop.claire.show(card))["held_points"] == 0


async def test_revoked_it_gives_back_what_was_held_for_it(shop: Shop) -> None:
    (tablet, queue), card = await redeeming(shop), await shop.a_card(points=120)
    allowance = await hold(tablet, queue, card, 100)
    queue.redeemed(card, shop.rewards[100], allowance["id"])
    await revoke(shop, tablet)
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        of_revoking = Event.merchant_id == shop.merchant_id, Event.name == "device_access_revoked"
        event = (await session.scalars(select(Event).where(*of_revoking))).one()
        await release_allowances(session, event)
    assert (await shop.claire.show(card))["held_points"] == 0
    (result,) = await hand_in(tablet, queue.batch())
    assert (result["outcome"], result["reason"]) == ("review", "device_revoked")
