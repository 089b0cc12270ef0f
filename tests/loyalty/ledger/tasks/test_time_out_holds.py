"""Holds whose time is over: they set nothing aside from that instant on, and a task tells it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg

from backend.core.clock import clock
from backend.loyalty.ledger.rules.holds import HOLD_TIME
from backend.loyalty.ledger.tasks.time_out_holds import time_out_holds
from tests.conftest import OpenShop
from tests.world.caller import Json, refused
from tests.world.shop import Shop

SECOND = timedelta(seconds=1)
STOCK = "SELECT stock FROM rewards WHERE id = $1"
STATES = "SELECT state FROM holds WHERE merchant_id = $1 ORDER BY id"


async def time_out(shop: Shop) -> int:
    return await time_out_holds(shop.services.pool, [shop.merchant_id], clock.now())


async def test_a_hold_is_over_after_ten_minutes_whether_or_not_the_task_has_run(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": 100, "stock": 5}])
    card = await shop.a_card(points=100)
    await shop.anna.reserve(card, shop.rewards[100])
    clock.move(HOLD_TIME - SECOND)
    assert await time_out(shop) == 0
    assert (await shop.anna.show(card))["held_points"] == 100
    clock.move(SECOND)
    seen = await shop.anna.show(card)
    assert (seen["held_points"], seen["holds"], seen["points_balance"]) == (0, [], 100)
    await shop.anna.redeem(card, shop.rewards[100])


async def test_the_task_gives_the_pieces_back_to_the_stock_once(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(rewards=[{"points_required": 10, "stock": 7}])
    cards = [await shop.a_card(points=50) for _ in range(3)]
    reward = UUID(shop.rewards[10])
    for card in cards:
        await shop.anna.reserve(card, shop.rewards[10], quantity=2)
    assert await superuser.fetchval(STOCK, reward) == 1
    clock.move(HOLD_TIME)
    assert sum(await asyncio.gather(*(time_out(shop) for _ in range(4)))) == 3
    assert await time_out(shop) == 0
    assert await superuser.fetchval(STOCK, reward) == 7
    assert [row[0] for row in await superuser.fetch(STATES, shop.merchant_id)] == ["timed_out"] * 3


async def test_a_full_stamp_card_set_aside_is_free_again(opened: OpenShop) -> None:
    shop = await opened()
    card = await shop.a_card(stamps=10)
    held = await shop.anna.reserve(card)
    clock.move(HOLD_TIME)
    assert await time_out(shop) == 1
    with refused("hold_settled", 409):
        await shop.anna.confirm(card, held["hold"])
    await shop.anna.redeem(card)


async def test_what_was_confirmed_or_released_does_not_time_out(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(rewards=[{"points_required": 10, "stock": 5}])
    card = await shop.a_card(points=50)
    first = await shop.anna.reserve(card, shop.rewards[10])
    await shop.anna.confirm(card, first["hold"])
    second = await shop.anna.reserve(card, shop.rewards[10])
    await shop.anna.release(card, second["hold"])
    clock.move(HOLD_TIME)
    assert await time_out(shop) == 0
    assert await superuser.fetchval(STOCK, UUID(shop.rewards[10])) == 4


async def test_the_task_and_a_confirmation_in_the_same_instant_settle_it_once(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """The till's request is a moment older than the task; the first to write has settled it."""
    shop = await opened(rewards=[{"points_required": 10, "stock": 20}])
    cards = [await shop.a_card(points=10) for _ in range(12)]
    holds = [(await shop.anna.reserve(card, shop.rewards[10]))["hold"] for card in cards]
    ends_at = clock.now() + HOLD_TIME

    async def confirm(card: Json, hold: Json) -> str:
        answer = await shop.anna.send(
            "POST", f"/store/loyalty/cards/{card['id']}/holds/{hold['id']}/confirm", json={}, key=hold["id"]
        )
        return "confirmed" if answer.is_success else str(answer.json()["code"])

    said, timed_out = await asyncio.gather(
        asyncio.gather(*(confirm(card, hold) for card, hold in zip(cards, holds, strict=True))),
        asyncio.gather(*(time_out_holds(shop.services.pool, [shop.merchant_id], ends_at) for _ in range(3))),
    )
    confirmed = said.count("confirmed")
    assert confirmed + said.count("hold_settled") == 12
    assert confirmed + sum(timed_out) == 12
    assert await superuser.fetchval(STOCK, UUID(shop.rewards[10])) == 20 - confirmed


async def test_another_merchants_holds_are_left_alone(opened: OpenShop) -> None:
    one, other = await opened(), await opened()
    for shop in (one, other):
        await shop.anna.reserve(await shop.a_card(points=100), shop.rewards[100])
    clock.move(HOLD_TIME)
    assert await time_out(one) == 1
    assert await time_out(other) == 1
