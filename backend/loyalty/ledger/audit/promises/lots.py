"""Lots and what was allocated from them, and holds."""

from backend.loyalty.ledger.audit.promises.promise import Promise

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
         WHERE h.merchant_id = $1 AND h.card_id = m.card_id AND h.reserved_at < m.recorded_at
           AND NOT h.is_allowance)) AS at
      WHERE m.amount > 0 AND m.kind <> 'expired'
        AND l.granted_at + make_interval(days => l.idle_days + 2) <= m.recorded_at) v ON true
    WHERE l.id IS NULL OR l.card_id <> m.card_id OR l.unit <> m.unit OR l.seq > m.seq
       OR m.amount > 0 AND m.kind <> 'expired' AND m.transaction_id <> l.transaction_id
          AND (l.expires_at <= m.recorded_at OR v.at + make_interval(days => l.idle_days + 2) <= m.recorded_at)
    """,
)
# Tills decide by the moment of their request and may write a little later, in another order than their moments: what
# happened within ten seconds of each other is given the benefit of the doubt.
HOLDS = Promise(
    "I10",
    "no more is set aside than can be spent, and what is set aside pays once, before its time is over; an "
    "allowance pays no more than it is",
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
      SELECT coalesce(sum(e.amount + u.amount), 0) AS amount
      FROM holds e
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(t.amount), 0) AS amount
        FROM transactions t
        WHERE e.is_allowance AND t.merchant_id = $1 AND t.card_id = h.card_id AND t.hold_id = e.id
          AND t.recorded_at <= h.reserved_at + interval '10 s') u
      WHERE e.merchant_id = $1 AND e.card_id = h.card_id AND e.unit = h.unit AND e.id < h.id
        AND e.reserved_at <= h.reserved_at AND e.expires_at > h.reserved_at
        AND (e.settled_at IS NULL OR e.settled_at > h.reserved_at + interval '10 s')) o
    CROSS JOIN LATERAL (
      SELECT count(*) AS lines, coalesce(-sum(t.amount), 0) AS amount, max(t.recorded_at) AS at
      FROM transactions t
      WHERE t.merchant_id = $1 AND t.card_id = h.card_id AND t.hold_id = h.id) r
    WHERE h.amount + o.amount > s.amount
       OR NOT h.is_allowance AND (r.lines <> CASE h.state WHEN 'confirmed' THEN 1 ELSE 0 END OR r.at >= h.expires_at)
       OR h.is_allowance AND (r.amount <> h.used_amount OR h.state = 'confirmed' AND h.used_amount < h.amount)
       OR r.amount > h.amount
       OR h.state = 'timed_out' AND h.settled_at < h.expires_at
    """,
)
