"""What a tablet keeps, and what it hears of changes."""

import asyncio
from datetime import timedelta

import pytest

from backend.core.clock import clock
from backend.loyalty.device_sync import waiting
from backend.loyalty.device_sync.problems import TooManyWaiting
from backend.loyalty.device_sync.waiting import WaitingDevices
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import Policy, Store
from tests.conftest import OpenShop
from tests.doubles.tablet import Tablet
from tests.world.caller import Json, refused
from tests.world.devices import a_tablet, the_device
from tests.world.office import Office
from tests.world.shop import Shop

UNKNOWN = "0" * 64


async def changes(tablet: Tablet, after: Json, **asked: int) -> Json:
    cursor = after.get("changes_cursor") or after["next_cursor"]
    return await tablet.get("/devices/me/changes", params={"after": cursor, **asked})


def told(answer: Json) -> set[str]:
    """What an answer says of, apart from the time and the cursor."""
    return {name for name, value in answer.items() if value and name not in {"server_time", "next_cursor"}}


async def test_a_bootstrap_has_all_that_a_tablet_needs_offline(opened: OpenShop) -> None:
    shop = await opened(policy={"staff_pin_policy": "required"}, categories=2)
    await shop.give_pin("anna", "2468")
    tablet = await a_tablet(shop)
    known = await tablet.get("/devices/me/bootstrap")
    assert (known["config"]["store"]["code"], known["config"]["is_live"]) == (shop.hub, True)
    assert known["config"]["permissions"][0] == "loyalty.manage_cards"
    assert [reward["points_required"] for reward in known["rewards"]] == [100, 500]
    assert known["rewards"][0]["picture_url"] is None
    assert len(known["categories"]) == 2
    assert (known["program"]["type"], known["program"]["policy"]["staff_pin_policy"]) == ("hybrid", "required")
    people = {person["name"]: (person["pin_required"], person["has_pin"]) for person in known["staff"]}
    assert people == {"Anna": (True, True), "Claire": (True, False)}


async def test_an_unchanged_bootstrap_is_not_sent_twice(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    first = await tablet.send("GET", "/devices/me/bootstrap")
    unchanged = {"if-none-match": first.headers["etag"]}
    again = await tablet.send("GET", "/devices/me/bootstrap", headers=unchanged)
    assert (again.status_code, again.content) == (304, b"")
    await shop.change(Reward, points_required=120)
    assert (await tablet.send("GET", "/devices/me/bootstrap", headers=unchanged)).status_code == 200


async def test_a_tablet_hears_of_what_is_new_changed_and_gone(shop: Shop) -> None:
    tablet, office = await a_tablet(shop), Office.of(shop.claire)
    known = await tablet.get("/devices/me/bootstrap")
    nothing = await changes(tablet, known)
    assert (told(nothing), nothing["next_cursor"]) == (set(), known["changes_cursor"])
    new = await office.post("/merchant/loyalty/rewards", {"name": {"en": "Scarf"}, "points_required": 50})
    first = await changes(tablet, nothing)
    assert told(first) == {"rewards"}
    assert [reward["name"] for reward in first["rewards"]] == ["Scarf"]
    await office.ask("PUT", f"/merchant/loyalty/rewards/{new['id']}/archive", headers={"if-match": "*"})
    await shop.change(Policy, allow_void_transactions=False)
    second = await changes(tablet, first)
    assert told(second) == {"removed_reward_ids", "program"}
    assert second["removed_reward_ids"] == [new["id"]]
    assert second["program"]["policy"]["allow_void_transactions"] is False


async def test_a_colleague_who_leaves_disappears_from_the_tablet(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    known = await tablet.get("/devices/me/bootstrap")
    await Office.of(shop.claire).ask("DELETE", f"/merchant/staff/{shop.user_ids['anna']}", headers={"if-match": "*"})
    left = await changes(tablet, known)
    assert left["removed_staff_ids"] == [str(shop.user_ids["anna"])]


async def test_a_reward_whose_time_has_come_is_a_change_too(shop: Shop) -> None:
    """Nobody does anything at that moment."""
    tablet = await a_tablet(shop)
    await shop.change(Reward, starts_on=(clock.now() + timedelta(days=3)).date())
    known = await tablet.get("/devices/me/bootstrap")
    assert known["rewards"] == []
    clock.move(timedelta(days=4))
    assert len((await changes(tablet, known))["rewards"]) == 2


async def test_changes_come_in_parts(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    known = await tablet.get("/devices/me/bootstrap")
    await shop.change(Reward, points_required=120)
    first = await changes(tablet, known, limit=1)
    second = await changes(tablet, first, limit=1)
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert len({reward["id"] for answer in (first, second) for reward in answer["rewards"]}) == 2
    assert told(await changes(tablet, second)) == set()


async def test_an_unknown_cursor_leads_to_the_bootstrap(opened: OpenShop) -> None:
    tablet, other = await a_tablet(await opened()), await a_tablet(await opened())
    foreign = await other.get("/devices/me/bootstrap")
    for after in ({"next_cursor": UNKNOWN}, foreign):
        with refused("changes_cursor_unknown", 410):
            await changes(tablet, after)
    with refused("validation_failed", 422):
        await changes(tablet, {"next_cursor": "somewhere"})


async def test_a_tablet_that_moves_fetches_everything_anew(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    known = await tablet.get("/devices/me/bootstrap")
    device = await the_device(shop, tablet)
    moved = {"store_code": shop.outlet}
    await shop.claire.ask(
        "PATCH",
        f"/merchant/devices/{device['id']}",
        json=moved,
        headers={"if-match": str(device["version"]).join('""')},
    )
    assert await tablet.commands() == ["resync"]
    assert (await tablet.get("/devices/me/bootstrap"))["config"]["store"]["code"] == shop.outlet
    assert await tablet.commands() == []
    assert {person["name"] for person in (await changes(tablet, known))["staff"]} >= {"Luc"}


async def test_a_closed_store_has_no_bootstrap(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    await shop.change(Store, is_active=False)
    with refused("store_not_found", 404):
        await tablet.get("/devices/me/bootstrap")


async def test_a_tablet_that_waits_hears_of_a_change_at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.01)
    tablet = await a_tablet(shop)
    after = (await tablet.get("/devices/me/bootstrap"))["changes_cursor"]
    nothing = await tablet.get("/devices/me/wait", params={"after": after, "timeout": 0})
    assert nothing["changed"] is False
    asked = asyncio.create_task(tablet.get("/devices/me/wait", params={"after": after, "timeout": 25}))
    await shop.change(Reward, points_required=120)
    assert (await asked)["changed"] is True


async def test_so_many_tablets_may_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 1)
    devices, asked, goes_on = WaitingDevices(), asyncio.Event(), asyncio.Event()

    async def look() -> bool:
        asked.set()
        await goes_on.wait()
        return True

    first = asyncio.create_task(devices.wait(look, 25))
    await asked.wait()
    with pytest.raises(TooManyWaiting):
        await devices.wait(look, 25)
    goes_on.set()
    assert await first
    assert await devices.wait(look, 25)
