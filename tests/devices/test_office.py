"""Tablets in the office: of all stores for an owner, of those where it is permitted for a store member."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from backend.access.permissions import MANAGE_DEVICES
from backend.core.clock import clock
from backend.devices.rules import UNFINISHED_AFTER
from backend.loyalty.offline.models import DeviceOperation
from tests.world.caller import refused
from tests.world.devices import a_tablet, add_device, make_code, revoke, the_device
from tests.world.shop import Shop
from tests.world.statements import statements
from tests.world.tablet_queue import queue_of


async def test_a_member_pairs_tablets_at_the_store_where_it_is_permitted(shop: Shop) -> None:
    mira = await shop.hire(shop.hub, permissions=[MANAGE_DEVICES])
    at_hub, at_outlet = await add_device(mira, shop.hub), await add_device(shop.claire, shop.outlet)
    assert [device["id"] for device in (await mira.get("/merchant/devices"))["data"]] == [at_hub["id"]]
    with refused("store_not_found", 404):
        await add_device(mira, shop.outlet)
    moved = {"store_code": shop.outlet}
    with refused("store_not_found", 404):
        await mira.ask("PATCH", f"/merchant/devices/{at_hub['id']}", json=moved, headers={"if-match": "*"})
    for asked in (
        mira.get(f"/merchant/devices/{at_outlet['id']}"),
        make_code(mira, at_outlet),
        mira.post(f"/merchant/devices/{at_outlet['id']}/revoke", {"reason": "Stolen"}),
        mira.post(f"/merchant/devices/{uuid4()}/resume"),
    ):
        with refused("device_not_found", 404):
            await asked
    assert {device["id"] for device in (await shop.claire.get("/merchant/devices"))["data"]} == {
        at_hub["id"],
        at_outlet["id"],
    }


async def test_people_without_the_permission_see_no_tablets(shop: Shop) -> None:
    with refused("forbidden", 403):
        await shop.anna.get("/merchant/devices")


async def test_the_same_request_adds_one_tablet(shop: Shop) -> None:
    body, key = {"name": "Counter left", "store_code": shop.hub}, uuid4().hex
    first, again = [await shop.claire.post("/merchant/devices", body, key=key) for _ in range(2)]
    assert first["id"] == again["id"]


@pytest.mark.parametrize("store_code", ["NOWHERE", ""])
async def test_a_tablet_belongs_to_an_open_store(shop: Shop, store_code: str) -> None:
    code, status = ("store_not_found", 404) if store_code else ("validation_failed", 422)
    with refused(code, status):
        await add_device(shop.claire, store_code)


async def test_a_stale_change_is_refused(shop: Shop) -> None:
    device = await add_device(shop.claire, shop.hub)
    path, named = f"/merchant/devices/{device['id']}", {"name": "Counter right"}
    with refused("precondition_required", 428):
        await shop.claire.ask("PATCH", path, json=named)
    await shop.claire.ask("PATCH", path, json=named, headers={"if-match": '"1"'})
    with refused("stale", 412):
        await shop.claire.ask("PATCH", path, json={"name": "Bar"}, headers={"if-match": '"1"'})


async def test_each_tablet_says_how_many_of_its_operations_wait_for_a_decision(shop: Shop) -> None:
    """As many as the review shows, also what was cut off while it was judged; asked with one statement."""
    busy, idle = await a_tablet(shop), await a_tablet(shop, name="Counter right")
    with statements() as before:
        await shop.claire.get("/merchant/devices")
    queue = queue_of(shop, str(busy.state.device_id))
    for cents in (1000, 2000, 3000):
        queue.sold(await shop.a_card(), cents)
    await queue.hand_in()
    cut_off = {
        "state": "received",
        "reason": None,
        "received_at": clock.now() - UNFINISHED_AFTER - timedelta(seconds=1),
    }
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        first = await session.scalar(select(DeviceOperation.id).where(DeviceOperation.merchant_id == shop.merchant_id))
        await session.execute(update(DeviceOperation).where(DeviceOperation.id == first).values(cut_off))
    with statements() as asked:
        listed = (await shop.claire.get("/merchant/devices"))["data"]
    assert {device["id"]: device["review_count"] for device in listed} == {
        str(busy.state.device_id): 3,
        str(idle.state.device_id): 0,
    }
    assert (await shop.claire.get("/merchant/devices/review"))["waiting_count"] == 3
    assert len(asked) == len(before)
    (counting,) = [statement for statement in asked if "device_operations" in statement]
    assert "IN ('received', 'review')" in counting, "the condition of the partial index, in its words"


async def test_a_revoked_tablet_stays_revoked(shop: Shop) -> None:
    """The first reason stands."""
    tablet = await a_tablet(shop)
    await revoke(shop, tablet, "Stolen")
    again = await revoke(shop, tablet, "Sold", wipe=False)
    assert (again["state"], again["revoked_reason"]) == ("revoked", "Stolen")
    path = f"/merchant/devices/{tablet.state.device_id}"
    for asked in (
        shop.claire.post(f"{path}/resume"),
        shop.claire.ask("PATCH", path, json={"name": "Bar"}, headers={"if-match": "*"}),
    ):
        with refused("device_state_refused", 409):
            await asked
    assert (await the_device(shop, tablet))["accept_pending_until"] is not None
