"""What became of a lot is read by SQL for the ledger and kept in Python for previews: both agree on any past."""

import asyncio
import random
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.core.clock import clock
from backend.loyalty.ledger.booking.target import Target
from backend.loyalty.ledger.operations.restore import RESTORABLE_LOTS, Restorable
from backend.loyalty.previews.card_replay import CardReplay
from tests.conftest import OpenShop
from tests.world.past import REWARD, RandomPast, replayed

STEPS = [
    *["earn", "let_time_pass"] * 3,
    *["return_a_part", "void", "undo_return", "redeem", "restore", "merge"] * 2,
    *["expire", "adjust", "unmerge", "publish"],
]
ENDS_SOON = {"expiry_kind": "rolling", "expiry_days": 10}
LOTS = """
    SELECT l.id, t.card_id, t.seq, l.unit, l.original
    FROM lots l JOIN transactions t ON t.merchant_id = l.merchant_id AND t.id = l.transaction_id
    WHERE l.merchant_id = $1
"""
TARGET = "SELECT void_target(t, t.card_id) FROM transactions t WHERE t.merchant_id = $1 AND t.id = $2"

Lots = dict[UUID, tuple[Any, ...]]
"""Lots by what they are in a replay too, which gives other ids: card, place in its history, unit, amount."""


def replayed_lots(cards: list[CardReplay]) -> Lots:
    places = {row.id: (row.card_id, row.seq) for card in cards for row in card.replay.rows}
    lots = [lot for card in cards for lot in card.replay.memory.lots.by_id.values()]
    return {lot.id: (*places[lot.transaction_id], lot.unit, lot.original) for lot in lots}


def returnable(target: Target, lots: Lots) -> tuple[Any, ...]:
    """What decides about a return."""
    return (
        (target.void_count, target.returned_cents, target.returned_quantity, target.reversed_points),
        (target.given_back, target.granted_expired, target.points_per_euro),
        sorted(lots[lot_id] for lot_id in target.granted_ids),
        sorted((taken.amount, lots[taken.lot.id]) for taken in target.taken),
    )


def restorable(origins: Iterable[Restorable], lots: Lots) -> list[tuple[Any, ...]]:
    """What decides about a restoration. The statement leaves out lots with nothing expired and nothing left."""
    return sorted(
        (lots[origin.lot_id], origin.points, origin.settled, sorted(lots[lot_id] for lot_id in origin.open_ids))
        for origin in origins
        if origin.points or origin.open_ids
    )


@pytest.mark.slow
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(STEPS), min_size=40, max_size=40))
@settings(max_examples=12, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_statements_and_replay_know_the_same_of_every_lot(
    opened: OpenShop, superuser: asyncpg.Connection, loop: asyncio.AbstractEventLoop, seed: int, steps: list[str]
) -> None:
    async def compare() -> None:
        clock.reset()
        shop = await opened(rewards=[{"points_required": REWARD}], terms=ENDS_SOON)
        await RandomPast(shop, random.Random(seed)).take(steps)
        cards = await replayed(shop)
        again = replayed_lots(cards)
        made = {row[0]: tuple(row[1:]) for row in await superuser.fetch(LOTS, shop.merchant_id)}
        for card in cards:
            memory = card.replay.memory
            for line_id, booked in memory.booked.items():
                document = await superuser.fetchval(TARGET, shop.merchant_id, line_id)
                target = msgspec.json.decode(document, type=Target)
                assert returnable(target, made) == returnable(memory.target(booked), again)
            document = await superuser.fetchval(RESTORABLE_LOTS, shop.merchant_id, card.card_id)
            origins = msgspec.json.decode(document, type=list[Restorable])
            assert restorable(origins, made) == restorable(memory.restorable(card.card_id), again)

    loop.run_until_complete(compare())
