"""A tablet's day, from its first start to the evening on which it is revoked, over the API as an app sees it."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.core.clock import clock
from backend.devices.simulator.state import TabletState
from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.doubles.tablet import Tablet
from tests.world.caller import Json, refused
from tests.world.devices import a_tablet, add_device, make_code, revoke
from tests.world.shop import Shop
from tests.world.tablet_queue import dying_after

PIN, WRONG, ATTEMPTS = "482915", "482916", 5
HOUR = timedelta(hours=1)


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    """Each booking takes a PIN; tablets may redeem offline, within three hours."""
    shop = await opened(policy={"staff_pin_policy": "required", "lockout_attempts": ATTEMPTS, "lock_after_minutes": 7})
    await shop.give_pin("anna", PIN)
    usual = (await shop.claire.get("/merchant/loyalty/offline-rules"))["rules"][0]
    rule = usual | {"operations": ["points", "stamp", "void", "redeem"], "grant_hours": 3}
    await shop.claire.ask("PUT", "/merchant/loyalty/offline-rules", json={"rules": [rule]})
    return shop


def outcomes(results: list[Json]) -> list[str]:
    return [result["outcome"] for result in results]


@pytest.mark.parametrize("by", ["qr", "code"])
async def test_from_the_first_start_to_the_end_of_a_shift(guarded: Shop, by: str) -> None:
    tablet, anna = Tablet.beside(guarded.anna, TabletState(offset=9 * HOUR)), str(guarded.user_ids["anna"])
    code = await make_code(guarded.claire, await add_device(guarded.claire, guarded.hub))
    await (tablet.scan(code["qr_payload"]) if by == "qr" else tablet.pair(code["code"]))
    with refused("device_signature_invalid", 401) as said:
        await tablet.bootstrap()
    tablet.correct_clock(said[0]["server_time"])
    known = await tablet.bootstrap()
    assert anna in {person["id"] for person in known["staff"]}

    with refused("pin_invalid", 403):
        await tablet.get_grant(anna, WRONG)
    grant = await tablet.get_grant(anna, PIN)
    tablet.used_by(anna, PIN)
    card = await tablet.enroll()
    await tablet.earn(card, cents=12_000)
    allowance = await tablet.hold_allowance(card["id"], grant["id"], 100)

    queue = tablet.state.new_queue()
    assert queue.open_grant(grant, PIN).looks_right
    clock.move(HOUR)
    queue.sold(card, 3_000)
    queue.stamped(card)
    queue.redeemed(card, guarded.rewards[100], allowance["id"])
    await tablet.roll(answer_is_lost=True)
    batch = queue.request()
    with dying_after(1):
        await tablet.hand_in(queue, batch)
    assert outcomes(await tablet.hand_in(queue, batch)) == ["applied"] * 3
    assert outcomes(await tablet.hand_in(queue)) == ["duplicate"] * 3
    seen = await guarded.claire.show(card)
    assert (seen["points_balance"], seen["held_points"], seen["stamp_count"]) == (50, 0, 1)
    booked = (await guarded.claire.history(card))["data"]
    assert {line["device_id"] for line in booked} == {tablet.state.device_id}, "each line says where it was booked"

    await tablet.release_allowance(allowance["id"])
    await tablet.end_grant(grant["id"])
    clock.move(timedelta(minutes=10))
    late = tablet.state.new_queue()
    late.open_grant(grant, PIN)
    late.sold(card, 1_000)
    assert [result["reason"] for result in await tablet.hand_in(late)] == ["grant_expired"]


async def test_wrong_pins_lock_wherever_they_were_typed(guarded: Shop) -> None:
    """Two online, two that were noticed offline, and one that only the server finds out."""
    tablet, anna, card = await a_tablet(guarded), str(guarded.user_ids["anna"]), await guarded.a_card()
    grant = await tablet.get_grant(anna, PIN)
    for _ in range(2):
        with refused("pin_invalid", 403):
            await tablet.get_grant(anna, WRONG)
    assert (await tablet.report_failed_pin(anna, count=2))["remaining"] == 1
    queue = tablet.state.new_queue()
    queue.open_grant(grant, WRONG)
    queue.sold(card, 1_000)
    assert [result["reason"] for result in await tablet.hand_in(queue)] == ["wrong_pin"]
    with refused("pin_locked", 403):
        await tablet.get_grant(anna, PIN)
    with refused("pin_locked", 403):
        await tablet.earn(card, cents=100, staff_id=anna, staff_pin=PIN)
    assert (await guarded.claire.show(card))["points_balance"] == 0


async def test_when_a_tablet_locks_itself_the_api_says(guarded: Shop) -> None:
    """An unused till after some minutes, and what a PIN was good for after its hours."""
    tablet, anna, card = await a_tablet(guarded), str(guarded.user_ids["anna"]), await guarded.a_card()
    known = await tablet.bootstrap()
    assert known["program"]["policy"]["lock_after_minutes"] == 7
    grant = await tablet.get_grant(anna, PIN)
    queue = tablet.state.new_queue()
    queue.open_grant(grant, PIN)
    clock.move(3 * HOUR)
    queue.sold(card, 1_000, ago=timedelta(minutes=1))
    queue.sold(card, 1_000)
    assert [result["reason"] for result in await tablet.hand_in(queue)] == [None, "grant_expired"]
    await guarded.change(Policy, lock_after_minutes=0)
    changed = await tablet.changes(known["changes_cursor"])
    assert changed["program"]["policy"]["lock_after_minutes"] == 0


async def test_a_revoked_tablet_hands_in_its_queue_and_a_person_decides(guarded: Shop) -> None:
    tablet, anna, card = await a_tablet(guarded), str(guarded.user_ids["anna"]), await guarded.a_card()
    queue = tablet.state.new_queue()
    queue.open_grant(await tablet.get_grant(anna, PIN), PIN)
    queue.sold(card, 3_000)
    await revoke(guarded, tablet)
    with refused("TERMINAL_DEVICE_REVOKED", 401) as said:
        await tablet.heartbeat()
    assert said[0]["wipe"] is True
    assert outcomes(await tablet.hand_in(queue)) == ["review"]
    assert (await guarded.claire.show(card))["points_balance"] == 0
    (waiting,) = (await guarded.claire.get("/merchant/devices/review"))["data"]
    assert UUID(waiting["device_id"]) == UUID(tablet.state.device_id)
    decided = {"decision": "book", "reason": "The receipt is there"}
    await guarded.claire.post(f"/merchant/devices/review/{waiting['id']}/decide", decided)
    assert (await guarded.claire.show(card))["points_balance"] == 30
    clock.move(timedelta(days=7))
    with refused("TERMINAL_DEVICE_REVOKED", 401):
        await tablet.hand_in(queue)
