"""The history of a card: what was taken back, and its chain of digests."""

from backend.loyalty.ledger.audit.promises.promise import Promise

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
