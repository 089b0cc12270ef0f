"""Everybody who works for a merchant sets a PIN of their own, the owner too."""

import asyncio

import pytest

from backend.staff_pins.problems import PinLocked
from tests.conftest import SignIn
from tests.world import ADA, PASSWORD
from tests.world.caller import outcome, refused
from tests.world.shop import Shop


async def test_the_owner_without_a_pin_sets_one_and_unlocks_the_till_with_it(shop: Shop) -> None:
    with refused("pin_not_set", 403):
        await shop.claire.unlock("97531")
    await shop.claire.set_own_pin(PASSWORD, "97531")
    await shop.claire.unlock("97531")


async def test_the_first_pin_may_be_sent_several_times_at_once(shop: Shop) -> None:
    await shop.claire.confirm_person(PASSWORD)
    said = [outcome(shop.claire.ask("PUT", "/auth/me/pin", json={"pin": "97531"})) for _ in range(4)]
    assert await asyncio.gather(*said) == ["booked"] * 4
    await shop.claire.unlock("97531")


async def test_a_new_pin_takes_the_place_of_the_old_one_and_of_its_lockout(shop: Shop) -> None:
    await shop.give_pin("anna", "2468")
    for _ in range(4):
        with refused("pin_invalid", 403):
            await shop.anna.unlock("1111")
    with refused(PinLocked.code, 403):
        await shop.anna.unlock("1111")
    await shop.anna.set_own_pin(PASSWORD, "8642")
    await shop.anna.unlock("8642")
    with refused("pin_invalid", 403):
        await shop.anna.unlock("2468")


async def test_a_finder_of_an_open_till_cannot_take_its_persons_pin(shop: Shop) -> None:
    await shop.give_pin("anna", "2468")
    with refused("password_wrong", 403):
        await shop.anna.set_own_pin("not hers", "1111")
    await shop.anna.unlock("2468")


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", ""])
async def test_a_pin_has_four_to_eight_digits(shop: Shop, pin: str) -> None:
    with refused("validation_failed", 422):
        await shop.anna.set_own_pin(PASSWORD, pin)


async def test_the_platforms_people_have_no_pin(sign_in: SignIn) -> None:
    with refused("forbidden", 403):
        await (await sign_in(ADA)).set_own_pin(PASSWORD, "2468")
