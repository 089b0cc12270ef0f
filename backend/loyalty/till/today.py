"""Today's figures of a merchant, store by store, each in its own time zone.

They agree with the list of transactions that the store's till shows: one that was voided as a whole counts for nothing,
one that was voided in part counts for the rest, and a void counts on the day of the transaction that it voids. Cards of
test customers do not count.
"""

from datetime import datetime
from uuid import UUID

import asyncpg

from backend.core.database import within_merchant
from backend.loyalty.till.schemas import StoreToday, TodayFigures, TodayView
from backend.merchants.schemas import StoreRef

MERCHANT = """
SELECT ($2 AT TIME ZONE m.timezone)::date AS date, p.type AS program_type
FROM merchants m LEFT JOIN programs p ON p.merchant_id = m.id
WHERE m.id = $1
"""
STORES = """
WITH days AS (
  SELECT s.*, date_trunc('day', $2 AT TIME ZONE s.timezone) AS midnight FROM stores s WHERE s.merchant_id = $1),
tests AS (
  SELECT c.id FROM customers cu JOIN cards c ON c.merchant_id = $1 AND c.customer_id = cu.id
  WHERE cu.merchant_id = $1 AND cu.is_test)
SELECT d.id, d.code, d.name, d.is_active, d.timezone, d.midnight::date AS date,
       coalesce(c.active_cards, 0) AS active_cards, coalesce(h.open_holds, 0) AS open_holds, b.*
FROM days d
LEFT JOIN (
  SELECT store_id, count(*) AS active_cards FROM cards
  WHERE merchant_id = $1 AND state = 'active' AND id NOT IN (SELECT id FROM tests)
  GROUP BY store_id) c ON c.store_id = d.id
LEFT JOIN (
  SELECT store_id, count(*) AS open_holds FROM holds
  WHERE merchant_id = $1 AND state = 'reserved' AND expires_at > $2 AND NOT is_allowance
    AND card_id NOT IN (SELECT id FROM tests)
  GROUP BY store_id) h ON h.store_id = d.id
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE t.kind = 'enrolled') AS new_cards,
         coalesce(sum(t.amount - r.reversed_points)
           FILTER (WHERE t.kind IN ('earned', 'welcome_bonus') AND t.unit = 'points'), 0)::bigint AS points_issued,
         coalesce(sum(-t.amount - r.amount)
           FILTER (WHERE t.kind = 'redeemed' AND t.unit = 'points'), 0)::bigint AS points_redeemed,
         coalesce(sum(t.amount) FILTER (WHERE t.kind = 'earned' AND t.unit = 'stamps'), 0)::bigint AS stamps_issued,
         coalesce(sum(t.quantity - r.quantity) FILTER (WHERE t.kind = 'redeemed'), 0)::bigint AS rewards_redeemed
  FROM transactions t
  CROSS JOIN LATERAL (
    SELECT count(*) AS lines, coalesce(sum(v.purchase_amount_cents), 0) AS cents,
           coalesce(sum(v.quantity), 0) AS quantity, coalesce(sum(v.reversed_points), 0) AS reversed_points,
           coalesce(sum(v.amount), 0) AS amount
    FROM transactions v
    WHERE v.merchant_id = $1 AND v.voids_id = t.id AND NOT is_undone(v)) r
  -- Nothing is recorded before it happens, so the index on recorded_at leaves out nothing.
  WHERE t.merchant_id = $1 AND t.store_id = d.id AND t.kind IN ('enrolled', 'welcome_bonus', 'earned', 'redeemed')
    AND t.card_id NOT IN (SELECT id FROM tests)
    AND t.recorded_at >= d.midnight AT TIME ZONE d.timezone AND t.occurred_at >= d.midnight AT TIME ZONE d.timezone
    AND NOT (r.lines > 0 AND r.cents >= coalesce(t.purchase_amount_cents, 0) AND r.quantity >= coalesce(t.quantity, 0))
) b
ORDER BY NOT d.is_active, d.name, d.code
"""
FIGURES = TodayFigures.__struct_fields__


async def get_today(pool: asyncpg.Pool, merchant_id: UUID, now: datetime) -> TodayView:
    async with within_merchant(pool, merchant_id) as connection:
        merchant = await connection.fetchrow(MERCHANT, merchant_id, now)
        stores = [_store(row) for row in await connection.fetch(STORES, merchant_id, now)]
    return TodayView(merchant["date"], merchant["program_type"], _total(stores), stores)


def _store(row: asyncpg.Record) -> StoreToday:
    return StoreToday(
        store=StoreRef(row["id"], row["code"], row["name"]),
        is_active=row["is_active"],
        timezone=row["timezone"],
        date=row["date"],
        figures=TodayFigures(**{name: row[name] for name in FIGURES}),
    )


def _total(stores: list[StoreToday]) -> TodayFigures:
    return TodayFigures(**{name: sum(getattr(store.figures, name) for store in stores) for name in FIGURES})
