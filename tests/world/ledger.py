"""The promises of the ledger that hold after every booking, read from the tables past all code of ours."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

CHECKS = {
    "I1 the transactions of a card add up to its balance less its debt": """
        SELECT c.id FROM cards c LEFT JOIN transactions t USING (merchant_id)
        WHERE t.card_id = c.id OR t.card_id IS NULL
        GROUP BY c.merchant_id, c.id
        HAVING coalesce(sum(t.amount) FILTER (WHERE t.unit = 'points'), 0) <> c.points_balance - c.debt_points
            OR coalesce(sum(t.amount) FILTER (WHERE t.unit = 'stamps'), 0) <> c.stamp_count
    """,
    "I2 what remains in the lots of a card is its balance": """
        SELECT c.id FROM cards c LEFT JOIN lots l ON l.merchant_id = c.merchant_id AND l.card_id = c.id
        GROUP BY c.merchant_id, c.id
        HAVING coalesce(sum(l.remaining) FILTER (WHERE l.unit = 'points'), 0) <> c.points_balance
            OR coalesce(sum(l.remaining) FILTER (WHERE l.unit = 'stamps'), 0) <> c.stamp_count
    """,
    "I3 lots and debt account for the amount of every transaction": """
        SELECT t.id FROM (
          SELECT t.*, t.debt_after - coalesce(lag(t.debt_after) OVER w, 0) AS new_debt FROM transactions t
          WINDOW w AS (PARTITION BY t.merchant_id, t.card_id ORDER BY t.seq)) t
        WHERE t.amount <> coalesce((SELECT sum(l.original) FROM lots l
                                    WHERE l.merchant_id = t.merchant_id AND l.transaction_id = t.id), 0)
                        - coalesce((SELECT sum(a.amount) FROM allocations a
                                    WHERE a.merchant_id = t.merchant_id AND a.transaction_id = t.id), 0)
                        - t.new_debt
    """,
    "I4 a lot has left what nobody took from it": """
        SELECT l.id FROM lots l LEFT JOIN allocations a ON a.merchant_id = l.merchant_id AND a.lot_id = l.id
        GROUP BY l.merchant_id, l.id HAVING l.original - coalesce(sum(a.amount), 0) <> l.remaining
    """,
    "I5 nothing is taken back beyond what it was, and nothing twice": """
        SELECT t.id FROM transactions t
        JOIN transactions v ON v.merchant_id = t.merchant_id AND v.voids_id = t.id AND v.unit = t.unit
        GROUP BY t.merchant_id, t.id HAVING abs(sum(v.amount)) > abs(t.amount) OR sum(v.amount) * t.amount > 0
    """,
    "I6 nothing is paid from a lot that had expired": """
        SELECT l.id FROM lots l JOIN allocations a ON a.merchant_id = l.merchant_id AND a.lot_id = l.id
        JOIN transactions t ON t.merchant_id = a.merchant_id AND t.id = a.transaction_id
        WHERE a.amount > 0 AND t.kind <> 'expired' AND l.expires_at <= t.recorded_at AND t.id <> l.transaction_id
    """,
    "I7 the history of a card has no gap": """
        SELECT c.id FROM cards c LEFT JOIN transactions t ON t.merchant_id = c.merchant_id AND t.card_id = c.id
        GROUP BY c.merchant_id, c.id
        HAVING count(t.seq) <> c.last_seq OR coalesce(max(t.seq), 0) <> c.last_seq OR coalesce(min(t.seq), 1) <> 1
    """,
    "I8 what waits in the outbox has happened": """
        SELECT o.id FROM outbox o LEFT JOIN events e ON e.merchant_id = o.merchant_id AND e.id = o.id
        WHERE (e.id IS NULL OR e.name <> o.event_name)
          AND o.merchant_id::text = coalesce(nullif(current_setting('app.merchant_id', true), ''), o.merchant_id::text)
    """,
    "I11 the balances beside each transaction are those of a replay": """
        SELECT t.id FROM (
          SELECT t.*, sum(t.amount) FILTER (WHERE t.unit = 'points') OVER w AS points,
                 sum(t.amount) FILTER (WHERE t.unit = 'stamps') OVER w AS stamps
          FROM transactions t WINDOW w AS (PARTITION BY t.merchant_id, t.card_id ORDER BY t.seq)) t
        WHERE coalesce(points, 0) <> t.points_after - t.debt_after OR coalesce(stamps, 0) <> t.stamps_after
    """,
    "I12 issued is redeemed, expired, taken back or outstanding": """
        SELECT c.merchant_id FROM
          (SELECT merchant_id, sum(points_balance - debt_points) AS outstanding FROM cards GROUP BY 1) c
        JOIN (SELECT merchant_id,
                coalesce(sum(amount) FILTER (WHERE kind IN ('earned', 'welcome_bonus', 'adjusted', 'restored')), 0)
                  AS issued,
                coalesce(sum(amount) FILTER (WHERE kind IN ('redeemed', 'expired', 'voided')), 0) AS gone
              FROM transactions WHERE unit = 'points' GROUP BY 1) t USING (merchant_id)
        WHERE t.issued + t.gone <> c.outstanding
    """,
    "an allocation stays within its card and unit": """
        SELECT a.lot_id FROM allocations a JOIN lots l ON l.merchant_id = a.merchant_id AND l.id = a.lot_id
        JOIN transactions t ON t.merchant_id = a.merchant_id AND t.id = a.transaction_id
        WHERE l.card_id <> t.card_id OR l.unit <> t.unit
    """,
}


ALL_CHECKS = " UNION ALL ".join(
    f"SELECT '{promise}' AS promise, broken::text AS id FROM ({query}) broken" for promise, query in CHECKS.items()
)


async def assert_ledger_adds_up(superuser: asyncpg.Connection, merchant_ids: Iterable[UUID] = ()) -> None:
    """Of these merchants; without any, over the whole database: row-level security hides nothing from a superuser."""
    merchants = [str(merchant_id) for merchant_id in merchant_ids]
    for merchant in merchants or [""]:
        async with superuser.transaction():
            if merchant:
                await superuser.execute("SET LOCAL ROLE orion_app")
                await superuser.execute("SELECT set_config('app.merchant_id', $1, true)", merchant)
            broken = await superuser.fetch(ALL_CHECKS)
        assert not broken, [tuple(row) for row in broken[:5]]
