"""Books that holds have timed out, and gives the pieces they kept back to the stock. Nothing else waits for it: a hold
whose time is over sets nothing aside."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.core.database import within_merchant

CHUNK = 500
# A till that is confirming one of them has it locked: the second of the two finds it settled.
TIME_OUT = """
    WITH over AS (
      SELECT id FROM holds WHERE merchant_id = $1 AND state = 'reserved' AND expires_at <= $2
      ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED),
    settled AS (
      UPDATE holds h SET state = 'timed_out', settled_at = $2 FROM over
      WHERE h.merchant_id = $1 AND h.id = over.id RETURNING h.reward_id, h.quantity),
    returned AS (
      UPDATE rewards r SET stock = r.stock + s.pieces
      FROM (SELECT reward_id, sum(quantity) AS pieces FROM settled GROUP BY reward_id) s
      WHERE r.merchant_id = $1 AND r.id = s.reward_id AND r.stock IS NOT NULL)
    SELECT count(*) FROM settled
"""


async def time_out_holds(pool: asyncpg.Pool, merchants: Sequence[UUID], now: datetime) -> int:
    """How many have timed out."""
    booked = 0
    for merchant_id in merchants:
        while timed_out := await _chunk(pool, merchant_id, now):
            booked += timed_out
    return booked


async def _chunk(pool: asyncpg.Pool, merchant_id: UUID, now: datetime) -> int:
    async with within_merchant(pool, merchant_id) as connection:
        timed_out: int = await connection.fetchval(TIME_OUT, merchant_id, now, CHUNK)
        return timed_out
