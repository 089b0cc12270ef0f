"""Rewards in two steps: set aside, then handed over or released; and what nobody may have twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.booking import ledger as actions
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.operations.hold import HoldReward
from backend.loyalty.ledger.operations.redeem import RedeemReward
from backend.loyalty.ledger.queries import find_state
from backend.loyalty.ledger.schemas.bookings import Redemption
from backend.loyalty.ledger.schemas.holds import Reservation
from backend.loyalty.rewards.models import Reward, RewardStore
from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.world.caller import Refused, new_key, refused
from tests.world.shop import Shop

TEN_MINUTES = timedelta(minutes=10)


async def test_points_set_aside_stay_in_the_balance_but_pay_nothing_else(shop: Shop) -> None:
    card = await shop.a_card(points=150)
    reserved = await shop.anna.reserve(card, shop.rewards[100])
    assert (reserved["hold"]["state"], reserved["hold"]["amount"], reserved["hold"]["reward"]) == (
        "reserved", 100, "Voucher",
    )  # fmt: skip
    seen = reserved["card"]
    assert (seen["points_balance"], seen["held_points"], seen["holds"]) == (150, 100, [reserved["hold"]])
    assert seen["rewards"][0]["redeemable"] is False
    with refused("insufficient_points", 409) as said:
        await shop.anna.redeem(card, shop.rewards[100])
    assert (said[0]["balance"], said[0]["missing"]) == (50, 50)


async def test_what_was_set_aside_is_handed_over(shop: Shop) -> None:
    card = await shop.a_card(points=150)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    booked = await shop.anna.confirm(card, hold)
    assert (booked["transaction"]["kind"], booked["transaction"]["amount"]) == ("redeemed", -100)
    assert (booked["card"]["points_balance"], booked["card"]["held_points"], booked["card"]["holds"]) == (50, 0, [])
    with refused("hold_settled", 409):
        await shop.anna.confirm(card, hold)
    with refused("hold_settled", 409):
        await shop.anna.release(card, hold)


async def test_fewer_pieces_than_set_aside_are_handed_over_and_the_others_go_back(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "stock": 5}])
    card = await shop.a_card(points=50)
    hold = (await shop.anna.reserve(card, shop.rewards[10], quantity=4))["hold"]
    assert (await shop.anna.show(card))["rewards"][0]["stock"] == 1
    with refused("hold_exceeded", 409) as said:
        await shop.anna.confirm(card, hold, quantity=5)
    assert said[0]["quantity"] == 4
    booked = await shop.anna.confirm(card, hold, quantity=1)
    assert (booked["transaction"]["amount"], booked["transaction"]["quantity"]) == (-10, 1)
    assert (booked["card"]["points_balance"], booked["card"]["held_points"]) == (40, 0)
    assert (await shop.anna.show(card))["rewards"][0]["stock"] == 4


async def test_what_is_released_is_free_again(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 100, "stock": 1}])
    card = await shop.a_card(points=100)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    released = await shop.anna.release(card, hold)
    assert (released["hold"]["state"], released["card"]["held_points"]) == ("released", 0)
    assert (await shop.anna.redeem(card, shop.rewards[100]))["card"]["points_balance"] == 0


async def test_after_ten_minutes_it_holds_nothing_though_nobody_has_booked_that(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    clock.move(TEN_MINUTES - timedelta(seconds=2))
    assert (await shop.anna.show(card))["held_points"] == 100
    with refused("insufficient_points", 409):
        await shop.anna.redeem(card, shop.rewards[100])
    clock.move(timedelta(seconds=3))
    seen = await shop.anna.show(card)
    assert (seen["held_points"], seen["holds"], seen["rewards"][0]["redeemable"]) == (0, [], True)
    with refused("hold_settled", 409):
        await shop.anna.confirm(card, hold)
    with refused("hold_settled", 409):
        await shop.anna.release(card, hold)
    await shop.anna.redeem(card, shop.rewards[100])


async def test_the_stamp_card_is_set_aside_too(shop: Shop) -> None:
    card = await shop.a_card(stamps=10)
    reserved = await shop.anna.reserve(card)
    assert (reserved["card"]["held_stamps"], reserved["card"]["reward_ready"]) == (10, False)
    assert reserved["hold"]["reward"] == "Free accessory"
    with refused("insufficient_stamps", 409):
        await shop.anna.redeem(card)
    assert (await shop.anna.confirm(card, reserved["hold"]))["card"]["stamp_count"] == 0


async def test_points_that_expire_while_they_are_set_aside_are_not_handed_over(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "end_of_period", "expiry_period": "month"})
    card = await shop.a_card(points=100)
    end = (await shop.anna.show(card))["next_expiry"]["expires_at"]
    clock.move(datetime.fromisoformat(end) - clock.now() - timedelta(minutes=5))
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    clock.move(timedelta(minutes=6))
    with refused("insufficient_points", 409) as said:
        await shop.anna.confirm(card, hold)
    assert said[0]["balance"] == 0


async def test_a_price_agreed_stays_the_price(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card(points=150)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    await superuser.execute("UPDATE rewards SET points_required = 140 WHERE id = $1", UUID(shop.rewards[100]))
    assert (await shop.anna.confirm(card, hold))["card"]["points_balance"] == 50


async def test_only_a_hold_of_this_card_is_found(shop: Shop) -> None:
    card, other = await shop.a_card(points=100), await shop.a_card(points=100)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    for nowhere in (hold["id"], str(uuid4())):
        with refused("hold_not_found", 404):
            await shop.anna.confirm(other, nowhere)
        with refused("hold_not_found", 404):
            await shop.anna.release(other, nowhere)


async def test_a_hold_sent_twice_sets_aside_once(shop: Shop) -> None:
    card, key = await shop.a_card(points=300), new_key()
    first = await shop.anna.reserve(card, shop.rewards[100], key=key)
    assert await shop.anna.reserve(card, shop.rewards[100], key=key) == first
    key = new_key()
    booked = await shop.anna.confirm(card, first["hold"], key=key)
    assert await shop.anna.confirm(card, first["hold"], key=key) == booked
    assert (await shop.anna.show(card))["points_balance"] == 200


async def test_a_card_being_checked_collects_but_redeems_nothing(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card(points=300)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    await superuser.execute("UPDATE cards SET frozen_at = $1 WHERE id = $2", clock.now(), UUID(card["id"]))
    for booking in (
        shop.anna.redeem(card, shop.rewards[100]),
        shop.anna.reserve(card, shop.rewards[100]),
        shop.anna.confirm(card, hold),
    ):
        with refused("card_frozen", 409):
            await booking
    assert not any(reward["redeemable"] for reward in (await shop.anna.show(card))["rewards"])
    assert (await shop.anna.earn(card, cents=100))["card"]["points_balance"] == 301
    assert (await shop.anna.release(card, hold))["card"]["held_points"] == 0


async def test_where_a_pin_is_required_setting_aside_and_handing_over_need_it_but_releasing_does_not(
    shop: Shop,
) -> None:
    card = await shop.a_card(points=300)
    await shop.give_pin("anna", "2468")
    await shop.change(Policy, staff_pin_policy="required")
    with refused("pin_required", 403):
        await shop.anna.reserve(card, shop.rewards[100])
    hold = (await shop.anna.reserve(card, shop.rewards[100], staff_pin="2468"))["hold"]
    with refused("pin_invalid", 403):
        await shop.anna.confirm(card, hold, staff_pin="0000")
    await shop.anna.release(card, hold)


async def test_points_set_aside_cannot_be_spent_twice_by_twenty_tills_at_once(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    attempts: list[Awaitable[Any]] = [shop.anna.reserve(card, shop.rewards[100]) for _ in range(10)]
    attempts += [shop.luc.redeem(card, shop.rewards[100]) for _ in range(10)]
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert Counter(answer["code"] for answer in answers if isinstance(answer, Refused)) == {"insufficient_points": 19}
    seen = await shop.anna.show(card)
    assert (seen["points_balance"] - seen["held_points"], len(seen["holds"]) in {0, 1}) == (0, True)


async def test_a_hold_is_confirmed_or_released_never_both(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    attempts: list[Awaitable[Any]] = [shop.anna.confirm(card, hold) for _ in range(6)]
    attempts += [shop.luc.release(card, hold) for _ in range(6)]
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert [answer["code"] for answer in answers if isinstance(answer, Refused)] == ["hold_settled"] * 11
    assert (await shop.anna.show(card))["held_points"] == 0


@pytest.mark.slow
async def test_the_last_piece_is_set_aside_once_for_forty_customers_at_once(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "stock": 1}])
    cards = [await shop.a_card(points=10) for _ in range(40)]
    body = Reservation(reward_id=UUID(shop.rewards[10]))
    answers = await asyncio.gather(*(shop.book(HoldReward(body), card) for card in cards))
    assert Counter(answer.get("code", "reserved") for answer in answers) == {"reserved": 1, "reward_unavailable": 39}
    assert (await shop.anna.show(cards[0]))["rewards"][0]["stock"] == 0


async def test_the_limit_of_a_card_holds_for_everything_at_once(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 10, "limit_per_card": 3}])
    card = await shop.a_card(points=1000)
    reward = UUID(shop.rewards[10])
    bookings: list[Operation] = [HoldReward(Reservation(reward_id=reward)) for _ in range(20)]
    bookings += [RedeemReward(Redemption(reward_id=reward)) for _ in range(20)]
    answers = await asyncio.gather(*(shop.book(booking, card) for booking in bookings))
    assert Counter(answer.get("code", "done") for answer in answers) == {"done": 3, "reward_unavailable": 37}
    seen = await shop.anna.show(card)
    assert seen["rewards"][0]["refusal"] == "reward_limit_reached"


Change = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Only the reads are counted."""


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], list[str]]:
    """`reads = meanwhile(change)`: something happens right after the next booking has read its card."""

    def once(change: Change) -> list[str]:
        reads: list[str] = []

        async def then_change(*args: Any, **named: Any) -> Any:
            state = await find_state(*args, **named)
            reads.append("read")
            if len(reads) == 1:
                await change()
            return state

        monkeypatch.setattr(actions, "find_state", then_change)
        return reads

    return once


@pytest.mark.parametrize("step", ["redeem", "confirm"])
async def test_a_store_that_lost_the_right_while_a_booking_was_decided_redeems_nothing(
    shop: Shop, meanwhile: Callable[[Change], list[str]], step: str
) -> None:
    """The database refuses what was decided on the policy of a moment ago."""
    card = await shop.a_card(points=200, at=shop.hub)
    hold = (await shop.luc.reserve(card, shop.rewards[100]))["hold"]
    reads = meanwhile(lambda: shop.change(Policy, allow_cross_location_redemption=False))
    with refused("other_store_only", 409):
        await (shop.luc.redeem(card, shop.rewards[100]) if step == "redeem" else shop.luc.confirm(card, hold))
    assert len(reads) == 2
    assert (await shop.anna.show(card))["points_balance"] == 200


async def test_a_reward_switched_off_since_is_handed_over_where_it_was_promised(shop: Shop) -> None:
    card = await shop.a_card(points=100, at=shop.hub)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    await shop.change(Reward, is_active=False)
    with refused("other_store_only", 409) as said:
        await shop.luc.confirm(card, hold)
    assert said[0]["stores"] == [shop.hub[:3]]
    assert (await shop.anna.confirm(card, hold))["transaction"]["amount"] == -100


@pytest.mark.parametrize("is_active", [True, False])
async def test_a_reward_moved_to_another_store_since_is_handed_over_where_it_was_promised(
    shop: Shop, meanwhile: Callable[[Change], list[str]], is_active: bool
) -> None:
    card = await shop.a_card(points=100)
    reward, outlet = UUID(shop.rewards[100]), shop.store_ids[shop.outlet]
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    await shop.add(RewardStore, reward_id=reward, store_id=outlet)
    await shop.change(Reward, is_active=is_active)
    reads = meanwhile(nothing)
    assert (await shop.anna.confirm(card, hold))["transaction"]["amount"] == -100
    assert len(reads) == 1


async def test_a_promise_does_not_lift_the_policy(shop: Shop) -> None:
    card = await shop.a_card(points=100, at=shop.hub)
    hold = (await shop.luc.reserve(card, shop.rewards[100]))["hold"]
    await shop.change(Policy, allow_cross_location_redemption=False)
    with refused("other_store_only", 409):
        await shop.luc.confirm(card, hold)


async def test_points_set_aside_and_taken_back_since_leave_nothing_and_not_less(shop: Shop) -> None:
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=10_000)
    await shop.anna.reserve(card, shop.rewards[100])
    seen = (await shop.anna.void(sale))["card"]
    assert (seen["points_balance"], seen["held_points"], seen["rewards"][0]["missing_points"]) == (0, 100, 100)
    with refused("insufficient_points", 409) as said:
        await shop.anna.redeem(card, shop.rewards[100])
    assert said[0]["detail"] == "100 points are missing: the balance is 0."
    with refused("balance_below_zero", 409) as said:
        await shop.claire.adjust(card, -1)
    assert said[0]["detail"] == "Only 0 points can be deducted."
    assert (await shop.claire.adjust(card, 5))["card"]["points_balance"] == 5


async def test_a_hold_timed_out_by_the_task_while_it_is_confirmed_is_not_handed_over(
    shop: Shop, superuser: asyncpg.Connection, meanwhile: Callable[[Change], list[str]]
) -> None:
    card = await shop.a_card(points=100)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]

    async def time_out() -> None:
        await superuser.execute(
            "UPDATE holds SET state = 'timed_out', settled_at = expires_at WHERE id = $1", UUID(hold["id"])
        )

    reads = meanwhile(time_out)
    with refused("hold_settled", 409):
        await shop.anna.confirm(card, hold)
    assert len(reads) == 2
    assert (await shop.anna.show(card))["points_balance"] == 100
