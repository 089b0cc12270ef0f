-- What has expired of a card and of those it goes on for: by the lot it was first granted as, whichever cards merges have
-- taken its points to, so that what is restored is known as the same points. Facts only.
-- points: expired, less what was restored. settled: what returns of its sale took without finding it.
CREATE FUNCTION restorable_lots(p_merchant uuid, p_card uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    WITH RECURSIVE mine AS (
      SELECT p_card AS id
      UNION ALL
      SELECT c.id FROM mine JOIN cards c ON c.merchant_id = p_merchant AND c.merged_into_id = mine.id
    ), granted AS (
      SELECT l.id AS first_id, t.id AS first_transaction_id, l.id, l.original, l.remaining, t.kind
      FROM mine
      JOIN transactions t ON t.merchant_id = p_merchant AND t.card_id = mine.id
      JOIN lots l ON l.merchant_id = p_merchant AND l.transaction_id = t.id
      WHERE l.unit = 'points' AND l.from_lot_id IS NULL
      UNION ALL
      SELECT g.first_id, g.first_transaction_id, l.id, l.original, l.remaining, t.kind
      FROM granted g
      JOIN lots l ON l.merchant_id = p_merchant AND l.from_lot_id = g.id
      JOIN transactions t ON t.merchant_id = p_merchant AND t.id = l.transaction_id
    ), told AS (
      SELECT g.first_id AS lot_id, g.first_transaction_id AS transaction_id,
             coalesce(sum(x.amount), 0) - coalesce(sum(g.original) FILTER (WHERE g.kind = 'restored'), 0) AS points,
             coalesce(json_agg(g.id) FILTER (WHERE g.remaining > 0), '[]') AS open_ids, sum(g.remaining) > 0 AS is_open
      FROM granted g
      CROSS JOIN LATERAL (
        SELECT sum(a.amount) AS amount
        FROM allocations a
        JOIN transactions e ON e.merchant_id = p_merchant AND e.id = a.transaction_id
        WHERE a.merchant_id = p_merchant AND a.lot_id = g.id AND e.kind = 'expired') x
      GROUP BY g.first_id, g.first_transaction_id
    )
    SELECT coalesce(json_agg(json_build_object(
             'lot_id', w.lot_id, 'points', w.points, 'open_ids', w.open_ids,
             'settled', (SELECT coalesce(sum(v.reversed_points + v.amount), 0) FROM transactions v
                         WHERE v.merchant_id = p_merchant AND v.voids_id = w.transaction_id AND NOT is_undone(v)))
             ORDER BY w.lot_id), '[]')
    FROM told w WHERE w.points <> 0 OR w.is_open
  );
END $$;
