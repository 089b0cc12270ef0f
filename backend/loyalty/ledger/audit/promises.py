"""What must always be true of the ledger, as SQL over a range of cards: whoever breaks a promise is a row.

$1 the merchant, $2 and $3 the first and the last card. Every promise reads the same prelude, in one statement and so in
one snapshot. A row says which card, and the facts. No booking is trusted for what another one says: all is recomputed.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Promise:
    name: str
    """I1 to I12, as in the specification of the ledger."""
    says: str
    broken: str
    """Selects card_id and facts of whoever breaks it."""


BALANCE = Promise(
    "I1",
    "the transactions of a card add up to its balance less its debt",
    """
    SELECT c.id AS card_id, jsonb_build_object(
             'points', t.points, 'balance_less_debt', c.points_balance - c.debt_points,
             'stamps', t.stamps, 'stamp_count', c.stamp_count) AS facts
    FROM chunk c
    LEFT JOIN (SELECT card_id, sum(amount) FILTER (WHERE unit = 'points') AS points,
                      sum(amount) FILTER (WHERE unit = 'stamps') AS stamps
               FROM lines GROUP BY card_id) t ON t.card_id = c.id
    WHERE coalesce(t.points, 0) <> c.points_balance - c.debt_points OR coalesce(t.stamps, 0) <> c.stamp_count
    """,
)
LOTS = Promise(
    "I2",
    "what remains in the lots of a card is its balance",
    """
    SELECT c.id AS card_id, jsonb_build_object(
             'points_in_lots', l.points, 'points_balance', c.points_balance,
             'stamps_in_lots', l.stamps, 'stamp_count', c.stamp_count) AS facts
    FROM chunk c
    LEFT JOIN (SELECT card_id, sum(remaining) FILTER (WHERE unit = 'points') AS points,
                      sum(remaining) FILTER (WHERE unit = 'stamps') AS stamps
               FROM granted GROUP BY card_id) l ON l.card_id = c.id
    WHERE coalesce(l.points, 0) <> c.points_balance OR coalesce(l.stamps, 0) <> c.stamp_count
    """,
)
LINE = Promise(
    "I3",
    "lots and debt account for the amount of every transaction",
    """
    SELECT t.card_id, jsonb_build_object(
             'transaction', t.id, 'amount', t.amount, 'granted', g.amount, 'allocated', m.amount,
             'new_debt', t.new_debt) AS facts
    FROM lines t
    LEFT JOIN (SELECT transaction_id, sum(original) AS amount FROM granted GROUP BY 1) g ON g.transaction_id = t.id
    LEFT JOIN (SELECT transaction_id, sum(amount) AS amount FROM moves GROUP BY 1) m ON m.transaction_id = t.id
    WHERE t.amount <> coalesce(g.amount, 0) - coalesce(m.amount, 0) - t.new_debt
    """,
)
LOT = Promise(
    "I4",
    "a lot has left what nobody took from it, on the card that was granted it",
    """
    SELECT l.home_id AS card_id, jsonb_build_object(
             'lot', l.id, 'original', l.original, 'allocated', m.amount, 'remaining', l.remaining,
             'card_of_lot', l.card_id) AS facts
    FROM granted l
    LEFT JOIN (SELECT lot_id, sum(amount) AS amount FROM moves GROUP BY 1) m ON m.lot_id = l.id
    WHERE l.original - coalesce(m.amount, 0) <> l.remaining OR l.card_id <> l.home_id
    """,
)
RETURNS = Promise(
    "I5",
    "nothing is taken back beyond what it was",
    """
    SELECT v.card_id, jsonb_build_object(
             'transaction', s.id, 'kind', s.kind, 'amount', s.amount, 'taken_back', r.amount,
             'cents', s.purchase_amount_cents, 'returned_cents', r.cents, 'quantity', s.quantity,
             'returned_quantity', r.quantity, 'reversed_points', r.points) AS facts
    FROM (SELECT DISTINCT ON (voids_id) voids_id, card_id FROM lines WHERE voids_id IS NOT NULL) v
    JOIN transactions s ON s.merchant_id = $1 AND s.id = v.voids_id
    CROSS JOIN LATERAL (
      SELECT sum(o.amount) AS amount, sum(o.purchase_amount_cents) AS cents, sum(o.quantity) AS quantity,
             sum(o.reversed_points) AS points,
             bool_and(o.unit = s.unit
                      AND o.kind = CASE s.kind WHEN 'voided' THEN 'reinstated' ELSE 'voided' END) AS is_alike
      FROM transactions o WHERE o.merchant_id = $1 AND o.voids_id = s.id AND NOT is_undone(o)) r
    WHERE abs(r.amount) > abs(s.amount) OR r.amount * s.amount > 0 OR NOT r.is_alike
       OR s.kind NOT IN ('earned', 'redeemed', 'voided')
       OR coalesce(r.cents, 0) > coalesce(s.purchase_amount_cents, 0)
       OR coalesce(r.quantity, 0) > coalesce(s.quantity, CASE s.unit WHEN 'stamps' THEN 1 ELSE 0 END)
       OR coalesce(r.points, 0) > s.amount AND s.kind = 'earned'
       OR s.kind = 'voided' AND (SELECT count(*) FROM transactions o WHERE o.merchant_id = $1 AND o.voids_id = s.id) > 1
    """,
)
# An idle lot ends a number of days after the last visit, and a reservation is a visit without a line. The merchant may
# have moved its time zone since: only what is wrong by more than a day is reported.
ACTIVE = Promise(
    "I6",
    "nothing is paid from a lot that was not there, had expired, or belongs to another card or unit",
    """
    SELECT m.card_id, jsonb_build_object(
             'transaction', m.transaction_id, 'lot', m.lot_id, 'amount', m.amount, 'recorded_at', m.recorded_at,
             'expires_at', l.expires_at, 'idle_days', l.idle_days, 'last_visit', v.at) AS facts
    FROM moves m
    LEFT JOIN granted l ON l.id = m.lot_id
    LEFT JOIN LATERAL (
      SELECT greatest(
        (SELECT max(b.recorded_at) FROM transactions b
         WHERE b.merchant_id = $1 AND b.card_id = m.card_id AND b.seq < m.seq AND b.kind <> 'expired'),
        (SELECT max(h.reserved_at) FROM holds h
         WHERE h.merchant_id = $1 AND h.card_id = m.card_id AND h.reserved_at < m.recorded_at)) AS at
      WHERE m.amount > 0 AND m.kind <> 'expired'
        AND l.granted_at + make_interval(days => l.idle_days + 2) <= m.recorded_at) v ON true
    WHERE l.id IS NULL OR l.card_id <> m.card_id OR l.unit <> m.unit OR l.seq > m.seq
       OR m.amount > 0 AND m.kind <> 'expired' AND m.transaction_id <> l.transaction_id
          AND (l.expires_at <= m.recorded_at OR v.at + make_interval(days => l.idle_days + 2) <= m.recorded_at)
    """,
)
CHAIN = Promise(
    "I7",
    "the history of a card has no gap, and its chain of digests is whole",
    """
    SELECT c.id AS card_id, jsonb_build_object(
             'last_seq', c.last_seq, 'lines', t.lines, 'first_gap', t.gap, 'first_unchained', t.unchained) AS facts
    FROM chunk c
    LEFT JOIN (SELECT card_id, count(*) AS lines, max(seq) AS last_seq,
                      min(seq) FILTER (WHERE seq <> place) AS gap,
                      min(seq) FILTER (WHERE NOT is_chained) AS unchained
               FROM lines GROUP BY card_id) t ON t.card_id = c.id
    LEFT JOIN lines newest ON newest.card_id = c.id AND newest.seq = t.last_seq
    WHERE coalesce(t.last_seq, 0) <> c.last_seq OR t.gap IS NOT NULL OR t.unchained IS NOT NULL
       OR newest.digest IS DISTINCT FROM c.last_digest
    """,
)
CARRY = Promise(
    "I9",
    "the fraction of a point a card carries is what its sales were worth beyond the points they gave",
    """
    SELECT c.id AS card_id, jsonb_build_object(
             'carry', c.carry_numerator || '/' || c.carry_denominator,
             'recomputed', coalesce(w.worth, 0) + coalesce(m.carry, 0) || '/' || s.value) AS facts
    FROM chunk c
    CROSS JOIN scale s
    LEFT JOIN (
      SELECT x.card_id, sum(x.cents * tv.points_numerator * (s.value / 100 / tv.points_denominator)
                            - x.points * s.value) AS worth
      FROM (
        SELECT card_id, program_id, terms_version, sum(cents) AS cents, sum(points) AS points
        FROM (
          SELECT card_id, program_id, terms_version, cents, amount AS points
          FROM lines WHERE kind = 'earned' AND unit = 'points'
          UNION ALL
          SELECT v.card_id, o.program_id, o.terms_version, -v.cents, -v.reversed_points
          FROM lines v JOIN transactions o ON o.merchant_id = $1 AND o.id = v.voids_id
          WHERE v.voids_id IS NOT NULL AND o.kind = 'earned' AND o.unit = 'points'
          UNION ALL
          SELECT u.card_id, o.program_id, o.terms_version, u.cents, u.reversed_points
          FROM lines u
          JOIN transactions v ON v.merchant_id = $1 AND v.id = u.voids_id
          JOIN transactions o ON o.merchant_id = $1 AND o.id = v.voids_id
          WHERE u.kind = 'reinstated' AND o.kind = 'earned' AND o.unit = 'points') sales
        GROUP BY 1, 2, 3) x
      JOIN terms_versions tv ON tv.merchant_id = $1 AND tv.program_id = x.program_id AND tv.version = x.terms_version
      CROSS JOIN scale s
      GROUP BY x.card_id) w ON w.card_id = c.id
    LEFT JOIN (
      SELECT side.card_id, sum(side.sign * g.carry_numerator * (s.value / g.carry_denominator)) AS carry
      FROM card_merges g
      CROSS JOIN scale s
      CROSS JOIN LATERAL (VALUES (g.kept_card_id, 1), (g.merged_card_id, -1)) side(card_id, sign)
      WHERE g.merchant_id = $1 AND g.reversed_at IS NULL AND side.card_id BETWEEN $2 AND $3
      GROUP BY side.card_id) m ON m.card_id = c.id
    WHERE c.carry_numerator * s.value <> (coalesce(w.worth, 0) + coalesce(m.carry, 0)) * c.carry_denominator
    """,
)
# Tills decide by the moment of their request and may write a little later, in another order than their moments: what
# happened within ten seconds of each other is given the benefit of the doubt.
HOLDS = Promise(
    "I10",
    "no more is set aside than can be spent, and what is set aside pays once, before its time is over",
    """
    SELECT h.card_id, jsonb_build_object(
             'hold', h.id, 'state', h.state, 'amount', h.amount, 'spendable', s.amount, 'other_holds', o.amount,
             'redemptions', r.lines, 'redeemed', r.amount) AS facts
    FROM reserved h
    CROSS JOIN LATERAL (
      SELECT coalesce(max(CASE h.unit WHEN 'points' THEN t.points_after ELSE t.stamps_after END), 0) AS amount
      FROM transactions t
      WHERE t.merchant_id = $1 AND t.card_id = h.card_id
        AND (t.recorded_at BETWEEN h.reserved_at - interval '10 s' AND h.reserved_at + interval '10 s'
             OR t.seq = (SELECT max(b.seq) FROM transactions b
                         WHERE b.merchant_id = $1 AND b.card_id = h.card_id AND b.recorded_at <= h.reserved_at))) s
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(e.amount), 0) AS amount
      FROM holds e
      WHERE e.merchant_id = $1 AND e.card_id = h.card_id AND e.unit = h.unit AND e.id < h.id
        AND e.reserved_at <= h.reserved_at AND e.expires_at > h.reserved_at
        AND (e.settled_at IS NULL OR e.settled_at > h.reserved_at + interval '10 s')) o
    CROSS JOIN LATERAL (
      SELECT count(*) AS lines, coalesce(-sum(t.amount), 0) AS amount, max(t.recorded_at) AS at
      FROM transactions t
      WHERE t.merchant_id = $1 AND t.card_id = h.card_id AND t.hold_id = h.id) r
    WHERE h.amount + o.amount > s.amount
       OR r.lines <> CASE h.state WHEN 'confirmed' THEN 1 ELSE 0 END
       OR r.amount > h.amount OR r.at >= h.expires_at
       OR h.state = 'timed_out' AND h.settled_at < h.expires_at
    """,
)
REPLAY = Promise(
    "I11",
    "the balances beside each transaction are those of a replay, and the last are the card's",
    """
    SELECT t.card_id, jsonb_build_object(
             'transaction', t.id, 'seq', t.seq, 'points_less_debt', t.points_after - t.debt_after,
             'replayed_points', t.points, 'stamps', t.stamps_after, 'replayed_stamps', t.stamps) AS facts
    FROM (SELECT DISTINCT ON (card_id) * FROM lines
          WHERE points <> points_after - debt_after OR stamps <> stamps_after ORDER BY card_id, seq) t
    UNION ALL
    SELECT c.id, jsonb_build_object(
             'seq', t.seq, 'points', c.points_balance, 'points_after', t.points_after, 'debt', c.debt_points,
             'debt_after', t.debt_after, 'stamps', c.stamp_count, 'stamps_after', t.stamps_after)
    FROM chunk c
    LEFT JOIN lines t ON t.card_id = c.id AND t.seq = c.last_seq
    WHERE (c.points_balance, c.debt_points, c.stamp_count)
          IS DISTINCT FROM (coalesce(t.points_after, 0), coalesce(t.debt_after, 0), coalesce(t.stamps_after, 0))
    """,
)
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

# A welcome bonus comes with the card, and a transfer with the merge: their events are told of those.
OUTBOX = Promise(
    "I8",
    "what waits in the outbox has happened, and what was booked lately is told by an event",
    """
    SELECT NULLIF(e.data ->> 'card_id', '')::uuid AS card_id,
           jsonb_build_object('event', o.id, 'event_name', o.event_name, 'known_as', e.name) AS facts
    FROM outbox o LEFT JOIN events e ON e.merchant_id = o.merchant_id AND e.id = o.id
    WHERE o.merchant_id = $1
      AND (e.id IS NULL OR e.name <> o.event_name
           OR e.data ? 'transaction_id' AND NOT EXISTS (
                SELECT FROM transactions t
                WHERE t.merchant_id = $1 AND t.id = (e.data ->> 'transaction_id')::uuid
                  AND t.card_id = (e.data ->> 'card_id')::uuid))
    UNION ALL
    SELECT t.card_id, jsonb_build_object('transaction', t.id, 'kind', t.kind, 'event', NULL)
    FROM transactions t
    WHERE t.merchant_id = $1 AND t.id >= $2 AND t.kind NOT IN ('welcome_bonus', 'transferred')
      AND NOT EXISTS (
        SELECT FROM events e
        WHERE e.merchant_id = $1 AND e.id >= $3 AND e.data ->> 'transaction_id' = t.id::text)
    """,
)
"""$2: lines from this id on; $3: events from this id on, a little earlier."""
TOTAL = Promise("I12", "issued is redeemed, expired, taken back or outstanding; nothing is lost in a transfer", "")
SAYS = {promise.name: promise.says for promise in (*OF_CARDS, OUTBOX, TOTAL)}
