"""Between the moment at which a run reads cards and that at which it books on them, anything may happen to them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.booking.rows import Booking
from backend.loyalty.ledger.booking.writer import write_each
from backend.loyalty.ledger.tasks import expire as expiring
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.operations.task_runs.actions import Progress
from tests.conftest import OpenShop
from tests.world.caller import new_key
from tests.world.ledger import assert_ledger_adds_up
from tests.world.shop import Shop

CARDS = "/merchant/loyalty/cards"
TIMES_EXPIRED = """
SELECT count(*) FROM allocations a
JOIN transactions t ON t.merchant_id = a.merchant_id AND t.id = a.transaction_id AND t.kind = 'expired'
WHERE a.merchant_id = $1 GROUP BY a.lot_id
"""
STATE = "SELECT state, points_balance FROM cards WHERE id = $1"


async def expire(shop: Shop) -> Progress:
    report = Progress()
    await PointsExpiry(shop.services.ledger, clock.now(), report).run([shop.merchant_id])
    return report


def booked(report: Progress) -> tuple[int, int]:
    return report.counts["processed"], report.counts["expired_points"]


async def test_what_has_happened_since_a_card_was_read_stays_and_its_points_expire_once(
    opened: OpenShop, monkeypatch: pytest.MonkeyPatch, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    sold, stopped, voided, merged, expired, other = [await shop.a_card() for _ in range(6)]
    for card in (sold, stopped, merged, expired, other):
        await shop.anna.earn(card, cents=1000)
    earned = await shop.anna.earn(voided, cents=1000)
    clock.move(timedelta(days=12))
    left_out: list[bool] = []

    async def write_late(pool: Any, merchant_id: UUID, bookings: Sequence[Booking]) -> set[UUID]:
        if left_out:
            return await write_each(pool, merchant_id, bookings)
        left_out.append(False)
        await shop.anna.earn(sold, cents=300)
        await shop.claire.post(f"{CARDS}/{stopped['id']}/deactivate", {"reason": "Stolen"}, key=new_key())
        await shop.claire.void(earned, reason="Wrong card")
        merge = {"other_card_id": merged["id"], "reason": "The same person"}
        await shop.claire.post(f"{CARDS}/{other['id']}/merge", merge, key=new_key())
        assert booked(await expire(shop)) == (1, 10), "another run books what nothing has happened to"
        written = await write_each(pool, merchant_id, bookings)
        left_out[0] = len(bookings) == 6 and not written
        return written

    monkeypatch.setattr(expiring, "write_each", write_late)
    report = await expire(shop)
    assert (booked(report), report.failures, left_out) == ((0, 0), {}, [True]), "not even an error tells of the race"
    left = [
        tuple(await superuser.fetchrow(STATE, UUID(card["id"]))) for card in (sold, stopped, voided, merged, expired)
    ]
    assert left == [("active", 3), ("deactivated", 0), ("active", 0), ("merged", 0), ("active", 0)]
    assert {row["count"] for row in await superuser.fetch(TIMES_EXPIRED, shop.merchant_id)} == {1}
    await assert_ledger_adds_up(superuser, [shop.merchant_id])
