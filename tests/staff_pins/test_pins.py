"""Staff PINs: counted before they are verified."""

import asyncio
import threading
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import asyncpg
import pytest

from backend.core import hashing
from backend.core.clock import clock
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.services import Services
from backend.staff_pins import actions, recent
from backend.staff_pins.actions import StaffPins
from backend.staff_pins.models import StaffPin
from backend.staff_pins.rules import must_verify, peppered
from tests.conftest import OpenShop
from tests.world.caller import Refused, refused
from tests.world.shop import Shop


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", "2468")
    return shop


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of the thread in which each PIN was evaluated."""
    threads: list[str] = []
    verify = hashing._verify

    def counting(stored: str, secret: bytes) -> bool:
        threads.append(threading.current_thread().name)
        return verify(stored, secret)

    monkeypatch.setattr(hashing, "_verify", counting)
    return threads


@pytest.mark.parametrize(
    ("policy", "given", "needed", "asked"),
    [
        ("required", True, True, True),
        ("required", False, True, True),
        ("required", False, False, False),
        ("required", True, False, True),
        ("optional", True, True, True),
        ("optional", False, True, False),
        ("disabled", True, True, False),
        ("disabled", False, True, False),
    ],
)
def test_what_a_policy_asks_for(policy: str, given: bool, needed: bool, asked: bool) -> None:
    assert must_verify(policy, given=given, needed=needed) is asked


async def test_a_policy_that_requires_a_pin_books_nothing_without(guarded: Shop) -> None:
    card = await guarded.anna.enroll()
    with refused("pin_required", 403):
        await guarded.anna.earn(card, cents=100)
    with refused("pin_invalid", 403) as said:
        await guarded.anna.earn(card, cents=100, staff_pin="2469")
    assert said[0]["tries_left"] == 4
    assert (await guarded.anna.earn(card, cents=100, staff_pin="2468"))["points_earned"] == 1


async def test_five_wrong_ones_lock_and_the_sixth_is_refused_even_when_right(guarded: Shop) -> None:
    clock.move(timedelta(days=1))
    for left in (4, 3, 2, 1):
        with refused("pin_invalid", 403) as said:
            await guarded.anna.unlock("0000")
        assert said[0]["tries_left"] == left
    with refused("pin_locked", 403) as said:
        await guarded.anna.unlock("0000")
    with refused("pin_locked", 403) as again:
        await guarded.anna.unlock("2468")
    assert said[0]["retry_at"] == again[0]["retry_at"]


async def test_a_lock_ends_after_half_an_hour_and_a_right_pin_forgets_the_wrong_ones(guarded: Shop) -> None:
    for _ in range(5):
        with pytest.raises(Refused):
            await guarded.anna.unlock("0000")
    clock.move(timedelta(minutes=29, seconds=58))
    with refused("pin_locked", 403):
        await guarded.anna.unlock("2468")
    clock.move(timedelta(seconds=3))
    with refused("pin_invalid", 403) as said:
        await guarded.anna.unlock("0000")
    assert said[0]["tries_left"] == 4
    await guarded.anna.unlock("2468")
    with refused("pin_invalid", 403) as said:
        await guarded.anna.unlock("0000")
    assert said[0]["tries_left"] == 4


@pytest.mark.slow
async def test_300_parallel_guesses_evaluate_exactly_five(
    guarded: Shop, services: Services, evaluated: list[str]
) -> None:
    pins, policy = StaffPins(services.pool, services.key_ring), _Policy()
    origin = _acting(guarded, "anna")

    async def guess(number: int) -> str:
        try:
            await pins.check(f"{number:04}", origin, policy)
        except Problem as problem:
            return problem.code
        return "right"

    said = Counter(await asyncio.gather(*(guess(number) for number in range(300))))
    assert said == {"pin_invalid": 4, "pin_locked": 296}
    assert len(evaluated) == 5


async def test_a_pin_is_evaluated_away_from_the_event_loop(guarded: Shop, evaluated: list[str]) -> None:
    await guarded.anna.unlock("2468")
    assert all(name.startswith("argon2") for name in evaluated)
    assert len(evaluated) == 1


async def test_forty_bookings_at_once_with_the_right_pin_are_all_booked(guarded: Shop, evaluated: list[str]) -> None:
    """Each is counted before it is verified, so they wait for each other; only the first pays for argon2."""
    cards = [await guarded.anna.enroll() for _ in range(8)]
    booked = await asyncio.gather(
        *(guarded.anna.earn(card, cents=100, staff_pin="2468") for card in cards for _ in range(5))
    )
    assert [answer["points_earned"] for answer in booked] == [1] * 40
    assert len(evaluated) == 1


async def test_right_pins_in_many_processes_wait_for_each_other(guarded: Shop, services: Services) -> None:
    """Processes share no memory: each verifies by itself, one at a time, and the count of one locks out no other."""
    origin = _acting(guarded, "anna")
    processes = [StaffPins(services.pool, services.key_ring) for _ in range(7)]
    verified = await asyncio.gather(*(pins.verify("2468", origin, _Policy()) for pins in processes))
    assert len(set(verified)) == 1
    with refused("pin_invalid", 403) as said:
        await guarded.anna.unlock("0000")
    assert said[0]["tries_left"] == 4


async def test_a_process_that_died_while_verifying_delays_the_next_attempt_only(
    guarded: Shop, services: Services, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = "UPDATE staff_pins SET failed_count = 1, verifying_until = clock_timestamp() + $2 WHERE user_id = $1"
    pins, origin = StaffPins(services.pool, services.key_ring), _acting(guarded, "anna")
    await superuser.execute(died, guarded.user_ids["anna"], timedelta(seconds=0.3))
    assert await pins.verify("2468", origin, _Policy())
    await superuser.execute(died, guarded.user_ids["anna"], timedelta(minutes=1))
    monkeypatch.setattr(actions, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(Problem, match="unavailable"):
        await pins.verify("2468", origin, _Policy())
    await superuser.execute(died, guarded.user_ids["anna"], timedelta(0))
    assert await pins.verify("2468", origin, _Policy())


async def test_a_turn_that_ends_while_it_is_looked_at_is_asked_for_again(guarded: Shop, services: Services) -> None:
    """Busy when the statement wanted to count, free when it looked why it could not."""
    missed = [b'{"id": "%s", "verifier": null, "tries_left": 0, "locked_until": null}']
    fetchval = services.pool.fetchval

    async def miss_once(statement: str, *values: object) -> object:
        if missed and statement == actions.BEGIN_PIN_ATTEMPT:
            return missed.pop() % str(new_id()).encode()
        return await fetchval(statement, *values)

    pins = StaffPins(SimpleNamespace(fetchval=miss_once), services.key_ring)
    assert await pins.verify("2468", _acting(guarded, "anna"), _Policy())
    assert missed == []


async def test_a_pin_verified_a_moment_ago_is_recognized_for_ten_minutes(guarded: Shop, evaluated: list[str]) -> None:
    card = await guarded.anna.enroll()
    for _ in range(3):
        await guarded.anna.earn(card, cents=100, staff_pin="2468")
    assert len(evaluated) == 1
    clock.move(timedelta(minutes=9, seconds=59))
    await guarded.anna.earn(card, cents=100, staff_pin="2468")
    assert len(evaluated) == 1
    clock.move(timedelta(seconds=1))
    await guarded.anna.earn(card, cents=100, staff_pin="2468")
    assert len(evaluated) == 2


async def test_what_is_recognized_ends_with_the_sign_in(guarded: Shop, evaluated: list[str]) -> None:
    card = await guarded.anna.enroll()
    await guarded.anna.earn(card, cents=100, staff_pin="2468")
    other_till = await guarded.sign_in_again("anna")
    await other_till.earn(card, cents=100, staff_pin="2468")
    assert len(evaluated) == 2


async def test_a_wrong_pin_counts_also_for_somebody_recognized(guarded: Shop) -> None:
    card = await guarded.anna.enroll()
    await guarded.anna.earn(card, cents=100, staff_pin="2468")
    for left in (4, 3, 2, 1):
        with refused("pin_invalid", 403) as said:
            await guarded.anna.earn(card, cents=100, staff_pin="0000")
        assert said[0]["tries_left"] == left
    with refused("pin_locked", 403):
        await guarded.anna.earn(card, cents=100, staff_pin="0000")
    with refused("pin_locked", 403):
        await guarded.anna.earn(card, cents=100, staff_pin="2468")


async def test_a_right_pin_that_is_recognized_forgets_the_wrong_ones(guarded: Shop, evaluated: list[str]) -> None:
    card = await guarded.anna.enroll()
    await guarded.anna.earn(card, cents=100, staff_pin="2468")
    with refused("pin_invalid", 403):
        await guarded.anna.earn(card, cents=100, staff_pin="0000")
    await guarded.anna.earn(card, cents=100, staff_pin="2468")
    assert len(evaluated) == 2
    with refused("pin_invalid", 403) as said:
        await guarded.anna.earn(card, cents=100, staff_pin="0000")
    assert said[0]["tries_left"] == 4


async def test_a_changed_or_withdrawn_pin_is_recognized_no_longer(guarded: Shop) -> None:
    card = await guarded.anna.enroll()
    await guarded.anna.earn(card, cents=100, staff_pin="2468")
    await guarded.give_pin("anna", "97531")
    with refused("pin_invalid", 403):
        await guarded.anna.earn(card, cents=100, staff_pin="2468")
    await guarded.anna.earn(card, cents=100, staff_pin="97531")
    await guarded.change(StaffPin, is_active=False)
    with refused("pin_not_set", 403):
        await guarded.anna.earn(card, cents=100, staff_pin="97531")


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "ENTRIES_MAX", 2)
    memory, anna, now = recent.RecentPins(), new_id(), clock.now()
    sign_ins = [new_id() for _ in range(3)]
    for sign_in_id in sign_ins:
        memory.remember(sign_in_id, anna, "a verifier", "2468", now)
    assert [memory.has(sign_in_id, anna, now) for sign_in_id in sign_ins] == [False, True, True]
    assert memory.matches(sign_ins[1], anna, "a verifier", "2468", now)
    assert not memory.matches(sign_ins[1], anna, "a verifier", "2469", now)
    assert not memory.matches(sign_ins[1], anna, "another verifier", "2468", now)
    assert b"2468" not in repr(vars(memory)).encode()


async def test_a_pin_belongs_to_one_person(guarded: Shop) -> None:
    """The predecessor's bug 9: one store could use and edit another's."""
    with refused("pin_not_set", 403):
        await guarded.luc.unlock("2468")
    await guarded.give_pin("luc", "1357")
    with refused("pin_invalid", 403):
        await guarded.luc.unlock("2468")


async def test_a_pin_switched_off_is_none(guarded: Shop) -> None:
    await guarded.change(StaffPin, is_active=False)
    with refused("pin_not_set", 403):
        await guarded.anna.unlock("2468")


async def test_a_wrong_pin_with_a_booking_and_one_at_the_lock_screen_count_alike(guarded: Shop) -> None:
    card = await guarded.anna.enroll()
    with refused("pin_invalid", 403):
        await guarded.anna.earn(card, cents=100, staff_pin="0000")
    with refused("pin_invalid", 403) as said:
        await guarded.anna.unlock("0000")
    assert said[0]["tries_left"] == 3


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", ""])
async def test_a_pin_has_four_to_eight_digits(guarded: Shop, pin: str, evaluated: list[str]) -> None:
    with refused("validation_failed", 422):
        await guarded.anna.unlock(pin)
    assert evaluated == []


async def test_a_rotated_pepper_is_still_accepted_and_renewed(
    guarded: Shop, services: Services, superuser: asyncpg.Connection
) -> None:
    query = "SELECT verifier FROM staff_pins WHERE user_id = $1"
    before = await superuser.fetchval(query, guarded.user_ids["anna"])
    old = services.settings.secret_keys
    rotated = StaffPins(services.pool, KeyRing(["a newer key", old]))
    await rotated.verify("2468", _acting(guarded, "anna"), _Policy())
    after = await superuser.fetchval(query, guarded.user_ids["anna"])
    assert after != before
    await StaffPins(services.pool, KeyRing(["a newer key"])).verify("2468", _acting(guarded, "anna"), _Policy())
    with pytest.raises(Problem, match="pin_invalid"):
        await StaffPins(services.pool, KeyRing([old])).verify("2468", _acting(guarded, "anna"), _Policy())


def test_the_same_pin_of_two_people_is_stored_differently(services: Services, shop: Shop) -> None:
    keys, merchant = services.key_ring, shop.merchant_id
    anna, luc = (peppered(keys, merchant, shop.user_ids[name], "2468") for name in ("anna", "luc"))
    assert anna != luc
    assert b"2468" not in anna[0]


class _Policy:
    staff_pin_policy = "required"
    lockout_attempts = 5
    lockout_minutes = 30


def _acting(shop: Shop, name: str) -> Origin:
    origin = shop.origin(shop.hub, clock.now())
    return type(origin)(
        **{field: getattr(origin, field) for field in origin.__slots__} | {"user_id": shop.user_ids[name]}
    )
