"""Ten wrong attempts without a right one between disable a PIN until a person unlocks it."""

import asyncio
from collections import Counter
from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.caller import Refused, outcome, refused
from tests.world.shop import Shop

AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", "2468")
    return shop


async def wrong(shop: Shop, times: int) -> list[str]:
    return [await outcome(shop.anna.unlock("0000")) for _ in range(times)]


async def test_the_tenth_wrong_attempt_disables_it_and_no_time_heals_that(guarded: Shop) -> None:
    assert await wrong(guarded, 5) == ["pin_invalid"] * 4 + ["pin_locked"]
    clock.move(AN_HOUR)
    assert await wrong(guarded, 6) == ["pin_invalid"] * 4 + ["pin_disabled"] * 2
    clock.move(timedelta(days=1))
    await guarded.anna.sign_out()
    anna = await guarded.sign_in_again("anna")
    with refused("pin_disabled", 403):
        await anna.unlock("2468")


async def test_a_right_one_between_begins_the_count_anew(guarded: Shop) -> None:
    await wrong(guarded, 5)
    clock.move(AN_HOUR)
    await guarded.anna.unlock("2468")
    assert await wrong(guarded, 5) == ["pin_invalid"] * 4 + ["pin_locked"]
    clock.move(AN_HOUR)
    await guarded.anna.unlock("2468")


async def test_the_tenth_attempt_may_be_the_right_one(guarded: Shop) -> None:
    await wrong(guarded, 5)
    clock.move(AN_HOUR)
    await wrong(guarded, 4)
    await guarded.anna.unlock("2468")
    assert await wrong(guarded, 1) == ["pin_invalid"]


async def test_a_policy_that_locks_late_does_not_disable_late(guarded: Shop, opened: OpenShop) -> None:
    shop = await opened(policy={"lockout_attempts": 20})
    await shop.give_pin("anna", "2468")
    with pytest.raises(Refused) as said:
        await shop.anna.unlock("0000")
    assert said.value["tries_left"] == 9
    assert await wrong(shop, 9) == ["pin_invalid"] * 8 + ["pin_disabled"]


async def test_the_wrong_attempts_are_counted_in_the_database(guarded: Shop, superuser: asyncpg.Connection) -> None:
    """They survive a restart of every process."""
    said = await asyncio.gather(*(outcome(guarded.anna.unlock("0000")) for _ in range(30)))
    assert Counter(said)["pin_invalid"] == 4
    counted = "SELECT failed_count, wrong_in_a_row FROM staff_pins WHERE user_id = $1"
    assert tuple(await superuser.fetchrow(counted, guarded.user_ids["anna"])) == (5, 5)


async def test_a_new_pin_set_with_the_password_takes_its_place(guarded: Shop) -> None:
    await wrong(guarded, 5)
    clock.move(AN_HOUR)
    await wrong(guarded, 5)
    await guarded.anna.set_own_pin(PASSWORD, "8642")
    await guarded.anna.unlock("8642")


async def test_no_booking_and_no_override_takes_a_disabled_pin(guarded: Shop) -> None:
    card = await guarded.anna.enroll()
    await wrong(guarded, 5)
    clock.move(AN_HOUR)
    await wrong(guarded, 5)
    with refused("pin_disabled", 403):
        await guarded.anna.earn(card, cents=100, staff_pin="2468")
