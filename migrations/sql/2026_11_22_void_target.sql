-- A transaction to take back on a card, with what it granted, what it took, and how much of it was taken back before.
-- Runs inside statements that have set app.merchant_id.
CREATE FUNCTION void_target(t transactions, p_card uuid) RETURNS json
LANGUAGE sql STABLE AS $$
  SELECT json_build_object(
    'transaction', row_to_json(t),
    'void_count', r.lines, 'returned_cents', r.cents, 'returned_quantity', r.quantity,
    'reversed_points', r.points, 'given_back', r.amount,
    'reward', (SELECT w.name FROM rewards w WHERE w.merchant_id = t.merchant_id AND w.id = t.reward_id),
    'points_numerator', tv.points_numerator, 'points_denominator', tv.points_denominator,
    -- After a merge the sale's points are in the lot that was made of its own.
    'granted_id', (SELECT l.id FROM lots g
                   JOIN lots l ON l.merchant_id = g.merchant_id AND l.card_id = p_card
                     AND (l.id = g.id OR l.from_lot_id = g.id)
                   WHERE g.merchant_id = t.merchant_id AND g.transaction_id = t.id LIMIT 1),
    'granted_expired', (SELECT coalesce(sum(a.amount), 0) FROM lots l
                        JOIN allocations a ON a.merchant_id = l.merchant_id AND a.lot_id = l.id
                        JOIN transactions e ON e.merchant_id = a.merchant_id AND e.id = a.transaction_id
                        WHERE l.merchant_id = t.merchant_id AND e.kind = 'expired'
                          AND (l.transaction_id = t.id OR l.from_lot_id IN (
                                 SELECT g.id FROM lots g
                                 WHERE g.merchant_id = t.merchant_id AND g.transaction_id = t.id))),
    'taken', (SELECT coalesce(json_agg(json_build_object('amount', a.amount, 'lot', row_to_json(l)) ORDER BY l.id), '[]')
              FROM allocations a
              JOIN lots l ON l.merchant_id = a.merchant_id AND l.id = a.lot_id
              WHERE a.merchant_id = t.merchant_id AND a.transaction_id = t.id AND l.transaction_id <> t.id))
  FROM terms_versions tv
  CROSS JOIN LATERAL (
    SELECT count(*) AS lines, coalesce(sum(v.purchase_amount_cents), 0) AS cents, coalesce(sum(v.quantity), 0) AS quantity,
           coalesce(sum(v.reversed_points), 0) AS points, coalesce(sum(abs(v.amount)), 0) AS amount
    FROM transactions v WHERE v.merchant_id = t.merchant_id AND v.voids_id = t.id) r
  WHERE tv.merchant_id = t.merchant_id AND tv.program_id = t.program_id AND tv.version = t.terms_version
$$;
