"""Tablets in the office: of all stores for an owner, of those where it is permitted for a store member."""

from uuid import uuid4

import pytest

from backend.access.permissions import MANAGE_DEVICES
from tests.world.caller import refused
from tests.world.devices import a_tablet, add_device, make_code, revoke, the_device
from tests.world.shop import Shop


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
