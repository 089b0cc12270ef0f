"""Replaying a past under its own terms comes to what the ledger holds, to the point (promise I11)."""

import asyncio
import random
from datetime import timedelta
from itertools import cycle
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.previews.verification import differences
from tests.conftest import OpenShop
from tests.world.past import REWARD, RandomPast, replayed
from tests.world.shop import Shop


@pytest.mark.parametrize("seed", range(12))
async def test_a_replay_of_any_history_as_it_was_gives_the_same_cards(opened: OpenShop, seed: int) -> None:
    shop = await opened(rewards=[{"points_required": REWARD}], terms={"welcome_bonus_points": 7 * (seed % 2)})
    past = RandomPast(shop, random.Random(seed))
    await past.happen(60)
    cards = await replayed(shop)
    assert [difference for card in cards for difference in differences(card)] == []
    assert len(cards) == 3
    assert sum(len(card.replay.rows) for card in cards) > 20


async def test_what_many_tills_have_booked_at_once_is_replayed_in_the_order_of_the_history(opened: OpenShop) -> None:
    shop = await opened(rewards=[{"points_required": REWARD}], terms={"points_denominator": 7, "cooldown_minutes": 0})
    card = await shop.a_card(points=300)
    tills = (shop.anna, shop.luc, shop.claire)
    sales = [till.earn(card, cents=333) for till in tills for _ in range(8)]
    rewards = [till.redeem(card, shop.rewards[REWARD]) for till in tills for _ in range(2)]
    answers = await asyncio.gather(*sales, *rewards, return_exceptions=True)
    booked = [answer["transaction"] for answer in answers if isinstance(answer, dict)]
    await asyncio.gather(*(till.void(line) for till, line in zip(cycle(tills), booked, strict=False)))
    assert [difference for card in await replayed(shop) for difference in differences(card)] == []


async def test_a_history_that_was_tampered_with_is_told_apart(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = UUID((await shop.a_card(points=10))["id"])
    lot = "UPDATE lots SET expires_at = $2 WHERE card_id = $1"
    await superuser.execute(lot, card, clock.now() + timedelta(days=1))
    await superuser.execute("UPDATE cards SET carry_numerator = 1, carry_denominator = 2 WHERE id = $1", card)
    (told,) = [differences(replay) for replay in await replayed(shop)]
    assert [difference.split()[0] for difference in told] == ["carry", "lots"]
    await superuser.execute("UPDATE cards SET carry_numerator = 0 WHERE id = $1", card)
    await superuser.execute(lot, card, None)
