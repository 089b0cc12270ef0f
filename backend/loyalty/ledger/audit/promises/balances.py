"""The balances of a card, recomputed from its lines and lots."""

from backend.loyalty.ledger.audit.promises.promise import Promise

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
