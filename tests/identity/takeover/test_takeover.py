"""A colleague takes over a till with their PIN, where somebody has signed in with a password."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from backend.access.permissions import MANAGE_PINS, TILL
from backend.core.clock import clock
from backend.merchants.models import Policy
from backend.staff.models import MerchantMember, StoreMember
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.caller import outcome, refused
from tests.world.shop import Shop
from tests.world.till import Till


@pytest.fixture
async def staffed(opened: OpenShop) -> Shop:
    """Luc works at the hub too, beside Anna and the owner Claire; each has a PIN."""
    shop = await opened(policy={"staff_pin_policy": "optional"})
    hub = shop.store_ids[shop.hub]
    await shop.add(StoreMember, store_id=hub, user_id=shop.user_ids["luc"], permissions=sorted({*TILL, MANAGE_PINS}))
    for name, pin in (("anna", "2468"), ("luc", "1357"), ("claire", "97531")):
        await shop.give_pin(name, pin)
    return shop


async def luc_takes_over(shop: Shop, till: Till | None = None) -> Till:
    """By default where Anna has just signed in."""
    return await (till or await shop.sign_in_again("anna")).take_over(shop.user_ids["luc"], "1357")


async def end_by_hand(person: Till, kept: int = 1) -> None:
    """All sessions of the person but the one that asks, from their profile."""
    await person.ask("DELETE", "/auth/me/sessions")
    assert len((await person.get("/auth/me/sessions"))["sessions"]) == kept


async def test_each_booking_names_the_person_who_has_taken_over(staffed: Shop) -> None:
    card = await staffed.anna.enroll()
    luc = await luc_takes_over(staffed)
    await luc.earn(card, cents=100)
    await staffed.anna.earn(card, cents=200)
    by = [row["user"] for row in (await staffed.anna.bookings(limit=2))["data"]]
    people = {name: (await getattr(staffed, name).me())["name"] for name in ("anna", "luc")}
    assert by == [people["anna"], people["luc"]]


async def test_the_lock_lists_the_people_of_the_store_with_a_pin_and_nothing_but_names(staffed: Shop) -> None:
    newcomer = await staffed.hire(staffed.hub)
    listed = (await newcomer.get("/store/loyalty/pins/colleagues"))["data"]
    assert {row["user_id"] for row in listed} == {str(staffed.user_ids[name]) for name in ("anna", "luc", "claire")}
    assert all(row.keys() == {"user_id", "name"} for row in listed)


async def test_where_pins_are_not_used_nobody_takes_over(staffed: Shop) -> None:
    await staffed.change(Policy, staff_pin_policy="disabled")
    assert (await staffed.anna.get("/store/loyalty/pins/colleagues"))["data"] == []
    with refused("pins_not_used", 403):
        await luc_takes_over(staffed)


async def test_only_somebody_of_the_store_with_a_pin_takes_over(staffed: Shop, opened: OpenShop) -> None:
    elsewhere = await opened()
    await elsewhere.give_pin("luc", "1357")
    await staffed.claire.post(f"/store/loyalty/pins/{staffed.user_ids['luc']}/clear")
    for user_id in (uuid4(), elsewhere.user_ids["luc"], staffed.user_ids["luc"]):
        with refused("colleague_not_found", 404):
            await staffed.anna.take_over(user_id, "1357")


async def test_the_session_is_for_the_till_of_this_store_also_of_an_owner(staffed: Shop) -> None:
    claire = await (await staffed.sign_in_again("anna")).take_over(staffed.user_ids["claire"], "97531")
    me = await claire.me()
    assert (me["session_kind"], me["permissions"]) == ("pin", sorted(TILL))
    assert [store["code"] for store in me["stores"]] == [staffed.hub]
    with refused("store_not_found", 404):
        await claire.at(staffed.outlet).program()
    card = await claire.enroll()
    with refused("forbidden", 403):
        await claire.adjust(card, 5)
    luc = await luc_takes_over(staffed)
    with refused("forbidden", 403):
        await luc.get("/store/loyalty/pins")


async def test_it_ends_with_the_sign_in_it_came_from(staffed: Shop) -> None:
    luc = await luc_takes_over(staffed)
    claire = await luc.take_over(staffed.user_ids["claire"], "97531")
    with refused("unauthenticated", 401):
        await luc.me()
    await claire.me()
    await end_by_hand(staffed.anna)
    with refused("unauthenticated", 401):
        await claire.me()


async def test_the_session_before_opens_nothing_also_that_of_an_owner(staffed: Shop) -> None:
    """A cookie kept from before opens nothing."""
    office = await staffed.sign_in_again("claire")
    luc = await office.at(staffed.hub).take_over(staffed.user_ids["luc"], "1357")
    for path in ("/auth/me", "/merchant/staff"):
        with refused("unauthenticated", 401):
            await office.get(path)
    await luc.me()


async def test_of_two_who_take_over_at_once_from_one_session_one_does(staffed: Shop) -> None:
    till = await staffed.sign_in_again("anna")
    people = {"luc": "1357", "claire": "97531"}
    tries = [outcome(till.take_over(staffed.user_ids[name], pin)) for name, pin in people.items()]
    taken = await asyncio.gather(*tries)
    assert sorted(taken) == ["booked", "unauthenticated"]


async def test_signing_out_ends_the_persons_own_session_only(staffed: Shop) -> None:
    luc = await luc_takes_over(staffed)
    await luc.sign_out()
    with refused("unauthenticated", 401):
        await luc.me()
    await staffed.anna.me()


async def test_twelve_hours_after_the_password_the_till_asks_for_one(staffed: Shop) -> None:
    luc = await luc_takes_over(staffed)
    clock.move(timedelta(hours=11, minutes=59))
    claire = await luc.take_over(staffed.user_ids["claire"], "97531")
    clock.move(timedelta(minutes=2))
    with refused("session_expired", 401):
        await claire.me()
    with refused("password_needed", 403):
        await luc_takes_over(staffed, staffed.anna)


async def test_it_ends_when_the_pin_is_cleared_or_changed(staffed: Shop) -> None:
    luc = await luc_takes_over(staffed)
    clock.move(timedelta(seconds=1))
    await staffed.luc.at(staffed.outlet).set_own_pin(PASSWORD, "8642")
    with refused("unauthenticated", 401):
        await luc.me()
    clock.move(timedelta(seconds=1))
    luc = await staffed.anna.take_over(staffed.user_ids["luc"], "8642")
    await staffed.claire.post(f"/store/loyalty/pins/{staffed.user_ids['luc']}/clear")
    with refused("unauthenticated", 401):
        await luc.me()


async def test_it_ends_when_its_person_leaves(staffed: Shop, superuser: asyncpg.Connection) -> None:
    luc = await luc_takes_over(staffed)
    left = "UPDATE merchant_members SET left_at = now() WHERE merchant_id = $1 AND user_id = $2"
    await superuser.execute(left, staffed.merchant_id, staffed.user_ids["luc"])
    with refused("unauthenticated", 401):
        await luc.me()


async def test_it_ends_when_the_person_who_signed_in_leaves_or_works_there_no_more(
    staffed: Shop, superuser: asyncpg.Connection
) -> None:
    luc, anna = await luc_takes_over(staffed), staffed.user_ids["anna"]
    away = await superuser.fetchval(
        "UPDATE store_members SET store_id = $3 WHERE merchant_id = $1 AND user_id = $2 RETURNING store_id",
        staffed.merchant_id,
        anna,
        staffed.store_ids[staffed.outlet],
    )
    with refused("unauthenticated", 401):
        await luc.me()
    assert away == staffed.store_ids[staffed.outlet]
    await staffed.change(MerchantMember, left_at=clock.now())
    with refused("unauthenticated", 401):
        await luc.me()


async def test_a_person_taken_from_the_store_has_no_till(staffed: Shop, superuser: asyncpg.Connection) -> None:
    luc = await luc_takes_over(staffed)
    gone = "DELETE FROM store_members WHERE user_id = $1 AND store_id = $2"
    await superuser.execute(gone, staffed.user_ids["luc"], staffed.store_ids[staffed.hub])
    with refused("store_not_found", 404):
        await luc.program()


async def test_a_wrong_pin_counts_toward_the_lockout_of_its_person(staffed: Shop) -> None:
    with refused("pin_invalid", 403) as said:
        await staffed.anna.take_over(staffed.user_ids["luc"], "0000")
    assert said[0]["tries_left"] == 4
    await luc_takes_over(staffed)


async def lock_everybody(shop: Shop, till: Till) -> list[str]:
    """Five wrong PINs for each of three people; the limit of a minute is waited for."""
    said = []
    for name in ("luc", "claire", "anna"):
        clock.move(timedelta(minutes=2))
        said += [await outcome(till.take_over(shop.user_ids[name], "0000")) for _ in range(5)]
    return said


async def test_three_people_locked_from_one_till_suspend_it_until_a_password(staffed: Shop) -> None:
    luc = await luc_takes_over(staffed)
    said = await lock_everybody(staffed, luc)
    assert Counter(said) == {"pin_invalid": 12, "pin_locked": 3}
    clock.move(timedelta(hours=1))
    with refused("switching_suspended", 403):
        await luc_takes_over(staffed, luc)
    await luc_takes_over(staffed, await staffed.sign_in_again("anna"))


async def test_a_person_who_was_locked_elsewhere_does_not_suspend_this_till(staffed: Shop) -> None:
    other = await staffed.sign_in_again("anna")
    await lock_everybody(staffed, other)
    for name in ("luc", "claire", "anna"):
        with refused("pin_locked", 403):
            await staffed.anna.take_over(staffed.user_ids[name], "2468")
    clock.move(timedelta(hours=1))
    await luc_takes_over(staffed)


async def test_parallel_guesses_are_ten_a_minute_and_five_a_person(staffed: Shop) -> None:
    ids = [staffed.user_ids[name] for name in ("luc", "claire", "anna")]
    guesses = [staffed.anna.take_over(ids[number % 3], f"{number:04}") for number in range(40)]
    said = Counter(await asyncio.gather(*(outcome(guess) for guess in guesses)))
    assert said["rate_limited"] == 30
    assert said["pin_invalid"] + said["pin_locked"] == 10
    assert said["booked"] == 0


async def test_the_audit_says_who_has_taken_over_from_whom(staffed: Shop, superuser: asyncpg.Connection) -> None:
    await luc_takes_over(staffed)
    entry = await superuser.fetchrow(
        "SELECT * FROM audit_entries WHERE merchant_id = $1 AND action = 'till.taken_over'", staffed.merchant_id
    )
    anna, luc = (str(staffed.user_ids[name]) for name in ("anna", "luc"))
    assert (str(entry["user_id"]), str(entry["subject_id"])) == (luc, luc)
    assert (anna in str(entry["before"]), luc in str(entry["after"])) == (True, True)
