"""What must always be true of the ledger, as SQL over a range of cards: a card that breaks a promise is a row.

$1 the merchant, $2 and $3 the first and the last card. Every promise reads the same prelude, in one statement and so in
one snapshot. A row says which card, and the facts. No booking is trusted for what another one says: all is recomputed.
"""

from backend.loyalty.ledger.audit.promises.balances import BALANCE, CARRY, LOTS, REPLAY
from backend.loyalty.ledger.audit.promises.history import CHAIN, RETURNS
from backend.loyalty.ledger.audit.promises.lots import ACTIVE, HOLDS, LINE, LOT
from backend.loyalty.ledger.audit.promises.outbox import OUTBOX
from backend.loyalty.ledger.audit.promises.promise import Promise

PRELUDE = """
WITH RECURSIVE
chunk AS MATERIALIZED (SELECT * FROM cards WHERE merchant_id = $1 AND id BETWEEN $2 AND $3),
lines AS MATERIALIZED (
  SELECT t.id, t.card_id, t.seq, t.kind, t.unit, t.amount, t.points_after, t.stamps_after, t.debt_after, t.program_id,
         t.terms_version, t.purchase_amount_cents AS cents, t.quantity, t.reversed_points, t.voids_id, t.hold_id,
         t.recorded_at, t.digest,
         row_number() OVER w AS place,
         t.debt_after - coalesce(lag(t.debt_after) OVER w, 0) AS new_debt,
         sum(CASE t.unit WHEN 'points' THEN t.amount ELSE 0 END) OVER w AS points,
         sum(CASE t.unit WHEN 'stamps' THEN t.amount ELSE 0 END) OVER w AS stamps,
         t.digest = chain_digest(lag(t.digest) OVER w, t) AS is_chained
  FROM transactions t
  WHERE t.merchant_id = $1 AND t.card_id BETWEEN $2 AND $3
  WINDOW w AS (PARTITION BY t.card_id ORDER BY t.seq)),
granted AS MATERIALIZED (
  SELECT l.id, l.card_id, l.transaction_id, l.unit, l.original, l.remaining, l.expires_at, l.idle_days,
         t.card_id AS home_id, t.seq, t.recorded_at AS granted_at
  FROM lines t JOIN lots l ON l.merchant_id = $1 AND l.transaction_id = t.id),
moves AS MATERIALIZED (
  SELECT a.transaction_id, a.lot_id, a.amount, t.card_id, t.seq, t.kind, t.unit, t.recorded_at
  FROM lines t JOIN allocations a ON a.merchant_id = $1 AND a.transaction_id = t.id),
reserved AS MATERIALIZED (SELECT * FROM holds WHERE merchant_id = $1 AND card_id BETWEEN $2 AND $3),
-- A number that every denominator of the merchant's terms divides: fractions become whole numbers and stay exact.
denominators AS (
  SELECT d, row_number() OVER () AS place
  FROM (SELECT DISTINCT points_denominator::numeric AS d FROM terms_versions WHERE merchant_id = $1) known),
multiples AS (
  SELECT 0::bigint AS place, 100::numeric AS value
  UNION ALL
  SELECT d.place, lcm(m.value, d.d * 100) FROM multiples m JOIN denominators d ON d.place = m.place + 1),
scale AS MATERIALIZED (SELECT max(value) AS value FROM multiples)
"""
OF_CARDS = (BALANCE, LOTS, LINE, LOT, RETURNS, ACTIVE, CHAIN, CARRY, HOLDS, REPLAY)
# How much of each kind the cards of the range have had, and what they hold: added up over all ranges for I12.
TOTALS = """
    SELECT NULL::uuid AS card_id, jsonb_build_object(
             'lines', (SELECT count(*) FROM lines),
             'outstanding', jsonb_build_object('points', coalesce(sum(points_balance - debt_points), 0),
                                               'stamps', coalesce(sum(stamp_count), 0)),
             'kinds', (SELECT coalesce(jsonb_object_agg(k.unit || ' ' || k.kind, k.amount), '{}')
                       FROM (SELECT unit, kind, sum(amount) AS amount FROM lines GROUP BY 1, 2) k)) AS facts
    FROM chunk
"""
STATEMENT = PRELUDE + " UNION ALL ".join(
    f"SELECT '{name}' AS promise, card_id, facts FROM ({query}) broken"  # noqa: S608 - all of it stands here
    for name, query in [*((promise.name, promise.broken) for promise in OF_CARDS), ("totals", TOTALS)]
)
TOTAL = Promise("I12", "issued is redeemed, expired, taken back or outstanding; nothing is lost in a transfer", "")
SAYS = {promise.name: promise.says for promise in (*OF_CARDS, OUTBOX, TOTAL)}
