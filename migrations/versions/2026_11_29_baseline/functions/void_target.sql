-- A transaction to take back on a card, with what it granted, what it took, and how much of it was taken back before.
-- A return too: it is undone as a whole, and what was returned comes with it. Of what it took, what it gave back is below
-- zero, and counts as granted.
-- Runs inside statements that have set app.merchant_id.
CREATE FUNCTION void_target(t transactions, p_card uuid) RETURNS json
LANGUAGE sql STABLE AS $$
  -- What it granted, and what has come of that: lots of other cards after merges, lots restored after it had expired.
  WITH RECURSIVE granted AS (
    SELECT l.id, l.original, t.kind
    FROM lots l WHERE l.merchant_id = t.merchant_id AND l.transaction_id = t.id
    UNION ALL
    SELECT l.id, l.original, t.kind
    FROM allocations a
    JOIN lots l ON l.merchant_id = a.merchant_id AND l.id = a.lot_id
    WHERE a.merchant_id = t.merchant_id AND a.transaction_id = t.id AND a.amount < 0
    UNION ALL
    SELECT l.id, l.original, o.kind
    FROM granted g
    JOIN lots l ON l.merchant_id = t.merchant_id AND l.from_lot_id = g.id
    JOIN transactions o ON o.merchant_id = t.merchant_id AND o.id = l.transaction_id
  )
  SELECT json_build_object(
    'transaction', row_to_json(t),
    'void_count', r.lines, 'returned_cents', r.cents, 'returned_quantity', r.quantity,
    'reversed_points', r.points, 'given_back', r.amount,
    'reward', w.name, 'reward_stock', w.stock, 'reward_limit', w.limit_per_card,
    'store', (SELECT s.code FROM stores s WHERE s.merchant_id = t.merchant_id AND s.id = t.store_id),
    'points_numerator', tv.points_numerator, 'points_denominator', tv.points_denominator,
    'returned', (SELECT json_build_object('transaction', row_to_json(o), 'points_numerator', ov.points_numerator,
                                          'points_denominator', ov.points_denominator, 'is_void', n.is_void)
                 FROM transactions o
                 JOIN terms_versions ov ON ov.merchant_id = o.merchant_id AND ov.program_id = o.program_id
                   AND ov.version = o.terms_version
                 -- As a whole: it does not count toward a limit, as `counted_bookings` has it.
                 CROSS JOIN LATERAL (
                   SELECT coalesce(sum(v.purchase_amount_cents), 0) >= coalesce(o.purchase_amount_cents, 0)
                          AND coalesce(sum(v.quantity), 0) >= coalesce(o.quantity, 0) AS is_void
                   FROM transactions v WHERE v.merchant_id = o.merchant_id AND v.voids_id = o.id AND NOT is_undone(v)) n
                 WHERE o.merchant_id = t.merchant_id AND o.id = t.voids_id),
    'granted_ids', (SELECT coalesce(json_agg(g.id ORDER BY g.id), '[]') FROM granted g),
    -- Less what was restored since, and what earlier returns have found expired.
    'granted_expired', (SELECT coalesce(sum(x.amount), 0) - coalesce(sum(g.original) FILTER (WHERE g.kind = 'restored'), 0)
                        FROM granted g
                        CROSS JOIN LATERAL (
                          SELECT sum(a.amount) AS amount
                          FROM allocations a
                          JOIN transactions e ON e.merchant_id = a.merchant_id AND e.id = a.transaction_id
                          WHERE a.merchant_id = t.merchant_id AND a.lot_id = g.id AND e.kind = 'expired') x) - r.expired,
    'taken', (SELECT coalesce(json_agg(json_build_object('amount', a.amount, 'lot', row_to_json(l)) ORDER BY l.id), '[]')
              FROM allocations a
              JOIN lots l ON l.merchant_id = a.merchant_id AND l.id = a.lot_id
              WHERE a.merchant_id = t.merchant_id AND a.transaction_id = t.id AND l.transaction_id <> t.id))
  FROM terms_versions tv
  LEFT JOIN rewards w ON w.merchant_id = t.merchant_id AND w.id = t.reward_id
  CROSS JOIN LATERAL (
    SELECT count(*) AS lines, coalesce(sum(v.purchase_amount_cents), 0) AS cents, coalesce(sum(v.quantity), 0) AS quantity,
           coalesce(sum(v.reversed_points), 0) AS points, coalesce(sum(abs(v.amount)), 0) AS amount,
           -- Terms that forgive do not tell what was forgiven from what had expired: there it counts as forgiven.
           coalesce(sum(v.reversed_points + v.amount) FILTER (WHERE p.return_policy = 'debt'), 0) AS expired
    FROM transactions v
    JOIN terms_versions p ON p.merchant_id = v.merchant_id AND p.program_id = v.program_id AND p.version = v.terms_version
    WHERE v.merchant_id = t.merchant_id AND v.voids_id = t.id AND NOT is_undone(v)) r
  WHERE tv.merchant_id = t.merchant_id AND tv.program_id = t.program_id AND tv.version = t.terms_version
$$;
