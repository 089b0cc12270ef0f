"""Counts how often the holders of cards come, for those cards alone that have new transactions."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.retention.rules import VISITS_MIN

# Several transactions of a day are one visit: a sale, a stamp and a reward at one till say nothing about intervals.
COUNT_VISITS = text(
    """
    WITH changed AS (
      SELECT c.id, c.last_seq
      FROM cards c LEFT JOIN visit_intervals v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
      WHERE c.merchant_id = :merchant_id AND c.id > :after AND c.id <= :last
        AND c.state = 'active' AND c.last_seq >= :visits_min AND v.counted_seq IS DISTINCT FROM c.last_seq)
    INSERT INTO visit_intervals (merchant_id, card_id, counted_seq, mean_minutes)
    SELECT :merchant_id, c.id, c.last_seq,
           CASE WHEN d.days >= :visits_min THEN (d.last - d.first) * 24 * 60 / (d.days - 1) END
    FROM changed c CROSS JOIN LATERAL (
      SELECT count(DISTINCT day) AS days, min(day) AS first, max(day) AS last
      FROM (SELECT (t.occurred_at AT TIME ZONE :timezone)::date AS day FROM transactions t
            WHERE t.merchant_id = :merchant_id AND t.card_id = c.id AND t.kind IN ('earned', 'redeemed')) visit) d
    ON CONFLICT (merchant_id, card_id)
    DO UPDATE SET counted_seq = excluded.counted_seq, mean_minutes = excluded.mean_minutes
    RETURNING 1
    """
)


async def count_visits(session: AsyncSession, merchant_id: UUID, timezone: str, after: UUID, last: UUID) -> int:
    """Of the merchant's cards after `after` and up to `last`. Returns how many have changed."""
    values = {"merchant_id": merchant_id, "timezone": timezone, "after": after, "last": last, "visits_min": VISITS_MIN}
    return len((await session.execute(COUNT_VISITS, values)).all())
