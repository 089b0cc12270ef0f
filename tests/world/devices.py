"""Tablets of a shop, added and paired by its owner."""

from typing import Any

from backend.devices.simulator.state import TabletState
from tests.doubles.tablet import Tablet
from tests.world.caller import Caller, Json
from tests.world.shop import Shop


async def add_device(owner: Caller, store_code: str, name: str = "Counter left", **told: Any) -> Json:
    return await owner.post("/merchant/devices", {"name": name, "store_code": store_code} | told)


async def make_code(owner: Caller, device: Json | str) -> Json:
    device_id = device if isinstance(device, str) else device["id"]
    return await owner.post(f"/merchant/devices/{device_id}/pairing-code")


async def a_tablet(
    shop: Shop, *, at: str | None = None, name: str = "Counter left", state: TabletState | None = None, **told: Any
) -> Tablet:
    """Paired with the hub, unless `at` names another store."""
    device = await add_device(shop.claire, at or shop.hub, name, **told)
    tablet = Tablet.beside(shop.anna, state)
    await tablet.scan((await make_code(shop.claire, device))["qr_payload"])
    return tablet


async def revoke(shop: Shop, tablet: Tablet, reason: str = "Stolen", *, wipe: bool = True) -> Json:
    body = {"reason": reason, "wipe": wipe}
    return await shop.claire.post(f"/merchant/devices/{tablet.state.device_id}/revoke", body)


async def the_device(shop: Shop, tablet: Tablet) -> Json:
    """As the office sees it."""
    return await shop.claire.get(f"/merchant/devices/{tablet.state.device_id}")
