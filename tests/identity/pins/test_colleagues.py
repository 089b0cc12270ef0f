"""A person who may unlock PINs sees how the PINs of the store's people stand, unlocks them and clears them."""

from datetime import timedelta

import asyncpg
import pytest

from backend.access.permissions import MANAGE_PINS, TILL
from backend.core.clock import clock
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.caller import Json, outcome, refused
from tests.world.shop import Shop
from tests.world.till import Till

ENTRIES = """SELECT action, subject_id, before::text, after::text FROM audit_entries
             WHERE merchant_id = $1 AND action LIKE 'pin.%' ORDER BY seq"""


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", "2468")
    return shop


async def pins(shop: Shop) -> dict[str, Json]:
    return {row["user_id"]: row for row in (await shop.claire.get("/store/loyalty/pins"))["data"]}


async def ask(shop: Shop, what: str, name: str, by: str = "claire") -> Json:
    colleague: Till = getattr(shop, by)
    return await colleague.post(f"/store/loyalty/pins/{shop.user_ids[name]}/{what}")


async def lock_out(shop: Shop) -> None:
    assert [await outcome(shop.anna.unlock("0000")) for _ in range(5)][-1] == "pin_locked"


async def test_the_list_names_the_people_of_the_store_and_never_a_verifier(guarded: Shop) -> None:
    await guarded.anna.unlock("2468")
    listed = await pins(guarded)
    anna, claire = (listed.pop(str(guarded.user_ids[name])) for name in ("anna", "claire"))
    assert listed == {}, "Luc works at the outlet"
    assert anna.keys() == {"user_id", "name", "is_set", "locked_until", "is_disabled", "last_used_at"}
    assert (anna["is_set"], anna["locked_until"], anna["is_disabled"]) == (True, None, False)
    assert anna["last_used_at"] is not None
    assert (claire["is_set"], claire["last_used_at"]) == (False, None)


async def test_the_list_says_until_when_a_pin_is_locked_and_that_it_is_disabled(guarded: Shop) -> None:
    await lock_out(guarded)
    anna = (await pins(guarded))[str(guarded.user_ids["anna"])]
    assert anna["locked_until"] is not None
    clock.move(timedelta(hours=1))
    anna = (await pins(guarded))[str(guarded.user_ids["anna"])]
    assert (anna["locked_until"], anna["is_disabled"]) == (None, False)
    await lock_out_again(guarded)
    assert (await pins(guarded))[str(guarded.user_ids["anna"])]["is_disabled"]


async def lock_out_again(shop: Shop) -> None:
    assert [await outcome(shop.anna.unlock("0000")) for _ in range(5)][-1] == "pin_disabled"


async def test_the_owner_unlocks_a_locked_and_a_disabled_pin(guarded: Shop) -> None:
    await lock_out(guarded)
    assert (await ask(guarded, "unlock", "anna"))["locked_until"] is None
    await guarded.anna.unlock("2468")
    clock.move(timedelta(hours=1))
    await lock_out(guarded)
    clock.move(timedelta(hours=1))
    await lock_out_again(guarded)
    assert not (await ask(guarded, "unlock", "anna"))["is_disabled"]
    await guarded.anna.unlock("2468")


async def test_a_cleared_pin_opens_nothing_until_its_person_sets_another(guarded: Shop) -> None:
    await guarded.anna.unlock("2468")
    assert (await ask(guarded, "clear", "anna"))["is_set"] is False
    with refused("pin_not_set", 403):
        await guarded.anna.unlock("2468")
    await guarded.anna.set_own_pin(PASSWORD, "8642")
    await guarded.anna.unlock("8642")


async def test_with_the_owner_away_a_colleague_with_the_permission_unlocks(guarded: Shop) -> None:
    await lock_out(guarded)
    with refused("forbidden", 403) as said:
        await ask(guarded, "unlock", "claire", by="anna")
    assert said[0]["permission"] == MANAGE_PINS
    assert "“Unlock PINs”" in said[0]["detail"]
    await guarded.change(StoreMember, permissions=sorted(TILL | {MANAGE_PINS}))
    await guarded.give_pin("claire", "97531")
    for _ in range(5):
        await outcome(guarded.claire.unlock("0000"))
    assert (await ask(guarded, "unlock", "claire", by="anna"))["locked_until"] is None


async def test_nobody_unlocks_their_own(guarded: Shop) -> None:
    """Somebody who finds the till of a person who may unlock could guess at it without end."""
    await guarded.give_pin("claire", "97531")
    with refused("own_pin_locked", 403):
        await ask(guarded, "unlock", "claire")


async def test_people_of_another_store_are_unknown(guarded: Shop) -> None:
    await guarded.give_pin("luc", "1357")
    for what in ("unlock", "clear"):
        with refused("colleague_not_found", 404):
            await ask(guarded, what, "luc")
    await guarded.luc.unlock("1357")


async def test_ten_a_minute_are_enough(guarded: Shop) -> None:
    said = [await outcome(ask(guarded, "unlock", "anna")) for _ in range(11)]
    assert said == ["booked"] * 10 + ["rate_limited"]


async def test_each_change_is_in_the_audit_and_what_changes_nothing_is_not(
    guarded: Shop, superuser: asyncpg.Connection
) -> None:
    await ask(guarded, "unlock", "anna")
    await lock_out(guarded)
    await ask(guarded, "unlock", "anna")
    await ask(guarded, "clear", "anna")
    entries = [tuple(row) for row in await superuser.fetch(ENTRIES, guarded.merchant_id)]
    anna = guarded.user_ids["anna"]
    assert entries == [
        ("pin.unlocked", anna, '{"is_locked": true}', '{"is_locked": false}'),
        ("pin.cleared", anna, '{"is_set": true}', '{"is_set": false}'),
    ]
