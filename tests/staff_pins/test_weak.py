"""A person chooses a PIN that is not among the first to be guessed."""

import pytest

from backend.staff_pins.weak import COMMONEST, is_weak
from tests.world import PASSWORD
from tests.world.caller import refused
from tests.world.shop import Shop


def test_the_200_commonest_are_refused() -> None:
    assert len(COMMONEST) == 200
    assert all(len(pin) == 4 and is_weak(pin) for pin in COMMONEST)


@pytest.mark.parametrize(
    "pin",
    """7777 88888888 3737 915915 47114711 5678 7890 9876 210987 1940 2030 3112 1231 2902 311299 123199 991231 31121999
    12311999 19991231 29022000""".split(),  # noqa: SIM905 - a table
)
def test_repeats_runs_years_and_dates_are_refused(pin: str) -> None:
    assert is_weak(pin)


@pytest.mark.parametrize("pin", ["1939", "2031", "3113", "8642", "97531", "739251", "31121850", "4711", "31219999"])
def test_what_only_resembles_them_may_be_chosen(pin: str) -> None:
    assert not is_weak(pin)


def test_most_pins_may_be_chosen() -> None:
    assert sum(is_weak(f"{number:04}") for number in range(10_000)) == 796


async def test_a_person_is_told_why_a_weak_pin_is_not_taken(shop: Shop) -> None:
    with refused("pin_weak", 422) as said:
        await shop.anna.set_own_pin(PASSWORD, "2580")
    assert "date" in said[0]["detail"]
    with refused("pin_not_set", 403):
        await shop.anna.unlock("2580")
