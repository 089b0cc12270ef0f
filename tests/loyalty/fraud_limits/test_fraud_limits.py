"""The owner sets limits against fraud."""

import asyncio

import asyncpg
import msgspec
import pytest

from tests.conftest import OpenShop
from tests.world.caller import Json, refused
from tests.world.office import Office
from tests.world.shop import Shop

EARNS = {"scope": "card", "measure": "earns", "window_minutes": 60, "maximum": 2}
STAMPS = {"scope": "staff_pin", "measure": "stamps", "window_minutes": 1440, "maximum": 200}


async def test_the_owner_sets_limits_and_they_hold_from_the_next_booking_on(shop: Shop) -> None:
    office: Office = Office.of(shop.claire)
    assert await office.fraud_limits() == []
    card = await shop.a_card()
    await shop.anna.earn(card, cents=100)
    assert await office.set_fraud_limits(STAMPS, EARNS | {"maximum": 1}) == [EARNS | {"maximum": 1}, STAMPS]
    with refused("limit_reached", 409):
        await shop.anna.earn(card, cents=100)
    assert await office.set_fraud_limits(EARNS) == await office.fraud_limits() == [EARNS]
    await shop.anna.earn(card, cents=100)
    assert await office.set_fraud_limits() == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"scope": "merchant"}, "/limits/0/scope"),
        ({"measure": "visits"}, "/limits/0/measure"),
        ({"window_minutes": 0}, "/limits/0/window_minutes"),
        ({"window_minutes": 44_641}, "/limits/0/window_minutes"),
        ({"maximum": -1}, "/limits/0/maximum"),
    ],
)
async def test_a_wrong_limit_is_pointed_at(shop: Shop, wrong: Json, pointer: str) -> None:
    with refused("validation_failed", 422) as said:
        await Office.of(shop.claire).set_fraud_limits(EARNS | wrong)
    assert [error["pointer"] for error in said[0]["errors"]] == [pointer]


async def test_two_limits_of_the_same_are_a_mistake(shop: Shop) -> None:
    with refused("validation_failed", 422) as said:
        await Office.of(shop.claire).set_fraud_limits(EARNS, STAMPS, EARNS | {"maximum": 9})
    assert said[0]["errors"][0]["pointer"] == "/limits/2"
    assert await Office.of(shop.claire).fraud_limits() == []


async def test_of_changes_at_the_same_time_one_stands_whole(shop: Shop) -> None:
    office: Office = Office.of(shop.claire)
    await asyncio.gather(*(office.set_fraud_limits(EARNS | {"maximum": maximum}) for maximum in range(1, 6)))
    await asyncio.gather(*(office.set_fraud_limits(*limits) for limits in ([], [EARNS], [STAMPS], [], [EARNS])))
    assert await office.fraud_limits() in ([], [EARNS], [STAMPS])


async def test_only_the_owner_sees_and_sets_them_and_only_their_own(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    for ask in (Office.of(mine.anna).fraud_limits(), Office.of(mine.anna).set_fraud_limits(EARNS)):
        with refused("forbidden", 403):
            await ask
    await Office.of(mine.claire).set_fraud_limits(EARNS)
    assert await Office.of(theirs.claire).fraud_limits() == []


async def test_a_change_is_in_the_audit(shop: Shop, superuser: asyncpg.Connection) -> None:
    office: Office = Office.of(shop.claire)
    for _ in range(2):
        await office.set_fraud_limits(EARNS)
    await office.set_fraud_limits()
    entries = await superuser.fetch("SELECT * FROM audit_entries WHERE merchant_id = $1 ORDER BY id", shop.merchant_id)
    assert [(entry["action"], entry["user_name"]) for entry in entries] == [("fraud_limits.changed", "Claire")] * 2
    assert [msgspec.json.decode(entry["before"]) for entry in entries] == [{"limits": []}, {"limits": [EARNS]}]
    assert [msgspec.json.decode(entry["after"]) for entry in entries] == [{"limits": [EARNS]}, {"limits": []}]


async def test_two_owners_who_set_limits_at_once_do_not_lose_one_of_them(shop: Shop) -> None:
    path, limit = "/merchant/loyalty/fraud-limits", {"scope": "card", "measure": "earns", "window_minutes": 60}
    read = await shop.claire.send("GET", path)
    body = {"limits": [limit | {"maximum": 5}]}
    with refused("precondition_required", 428):
        await shop.claire.ask("PUT", path, json=body)
    saved = await shop.claire.send("PUT", path, json=body, headers={"if-match": read.headers["etag"]})
    assert saved.status_code == 200
    with refused("stale", 412):
        await shop.claire.ask("PUT", path, json={"limits": []}, headers={"if-match": read.headers["etag"]})
    await shop.claire.ask("PUT", path, json={"limits": []}, headers={"if-match": saved.headers["etag"]})
    assert (await shop.claire.send("GET", path)).headers["etag"] == read.headers["etag"]
