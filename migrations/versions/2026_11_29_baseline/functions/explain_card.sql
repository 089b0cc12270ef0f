-- A card with where each of its points and stamps came from and went to, read in one snapshot. Facts only.
-- In full: the p_lots newest lots of a unit, and as many of those still open that end first; the others are summed.
-- Of a lot in full: its p_parts newest movements; the others are summed by what they were.
CREATE FUNCTION explain_card(
  p_merchant uuid, p_store uuid, p_card uuid, p_lots int, p_parts int, p_now timestamptz
) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_state json := card_state(p_merchant, p_store, p_card, NULL, NULL, NULL, p_now);
  v_free bigint;
BEGIN
  IF v_state IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  -- What is owed now began after the last moment at which nothing was.
  SELECT coalesce(max(t.seq), 0) INTO v_free
  FROM transactions t WHERE t.merchant_id = p_merchant AND t.card_id = p_card AND t.debt_after = 0;
  RETURN (
    WITH RECURSIVE mine AS (
      SELECT l.*, row_number() OVER (PARTITION BY l.unit ORDER BY t.seq DESC, l.id DESC) AS age,
             row_number() OVER (PARTITION BY l.unit, l.remaining > 0 ORDER BY l.expires_at, l.id) AS turn
      FROM transactions t
      JOIN lots l ON l.merchant_id = t.merchant_id AND l.transaction_id = t.id
      WHERE t.merchant_id = p_merchant AND t.card_id = p_card
    ), told AS (
      SELECT * FROM mine WHERE age <= p_lots OR (remaining > 0 AND turn <= p_lots)
    ), moves AS (
      SELECT a.lot_id, a.amount, m.unit, t.id, t.kind, t.id = m.transaction_id AS by_grant, w.id IS NOT NULL AS is_told,
             row_number() OVER (PARTITION BY a.lot_id ORDER BY t.seq DESC) <= p_parts AS is_new
      FROM mine m
      LEFT JOIN told w ON w.id = m.id
      JOIN allocations a ON a.merchant_id = m.merchant_id AND a.lot_id = m.id
      JOIN transactions t ON t.merchant_id = a.merchant_id AND t.id = a.transaction_id
    ), parts AS (
      SELECT lot_id, CASE WHEN is_new THEN id END AS transaction_id, kind, by_grant, sum(amount) AS amount,
             count(*) AS moves
      FROM moves WHERE is_told
      GROUP BY lot_id, CASE WHEN is_new THEN id END, kind, by_grant, sign(amount)
    ), roots AS (
      -- Where a lot that came from another card was first granted, or restored.
      SELECT w.id AS lot_id, w.transaction_id, CASE WHEN t.kind <> 'restored' THEN w.from_lot_id END AS from_lot_id
      FROM told w JOIN transactions t ON t.merchant_id = p_merchant AND t.id = w.transaction_id
      UNION ALL
      SELECT r.lot_id, l.transaction_id, CASE WHEN t.kind <> 'restored' THEN l.from_lot_id END
      FROM roots r
      JOIN lots l ON l.merchant_id = p_merchant AND l.id = r.from_lot_id
      JOIN transactions t ON t.merchant_id = p_merchant AND t.id = l.transaction_id
    ), owing AS (
      SELECT t.id, t.seq, t.debt_after - lag(t.debt_after, 1, 0) OVER (ORDER BY t.seq) AS change
      FROM transactions t WHERE t.merchant_id = p_merchant AND t.card_id = p_card AND t.seq >= v_free
    ), debts AS (
      SELECT o.*, row_number() OVER (ORDER BY o.seq DESC) <= p_lots AS is_new FROM owing o WHERE o.change <> 0
    ), named AS (
      SELECT transaction_id AS id FROM roots
      UNION SELECT transaction_id FROM parts
      UNION SELECT id FROM debts WHERE is_new
    ), wanted AS (
      SELECT id FROM named WHERE id IS NOT NULL
      UNION
      SELECT t.voids_id FROM named n JOIN transactions t ON t.merchant_id = p_merchant AND t.id = n.id
      WHERE t.voids_id IS NOT NULL
    )
    SELECT json_build_object(
      'state', v_state,
      'lots', (SELECT coalesce(json_agg(json_build_object(
                 'lot', row_to_json(l),
                 'source_id', (SELECT r.transaction_id FROM roots r WHERE r.lot_id = l.id AND r.from_lot_id IS NULL),
                 'parts', (SELECT coalesce(json_agg(row_to_json(p) ORDER BY p.transaction_id), '[]')
                           FROM parts p WHERE p.lot_id = l.id)) ORDER BY w.age), '[]')
               FROM told w JOIN lots l ON l.merchant_id = p_merchant AND l.id = w.id),
      'others', (SELECT coalesce(json_agg(json_build_object(
                   'unit', o.unit, 'lots', o.lots, 'original', o.original, 'remaining', o.remaining,
                   'parts', (SELECT coalesce(json_agg(row_to_json(x)), '[]')
                             FROM (SELECT NULL::uuid AS transaction_id, v.kind, v.by_grant, sum(v.amount) AS amount,
                                          count(*) AS moves
                                   FROM moves v WHERE NOT v.is_told AND v.unit = o.unit
                                   GROUP BY v.kind, v.by_grant, sign(v.amount)) x))), '[]')
                 FROM (SELECT m.unit, count(*) AS lots, sum(m.original) AS original, sum(m.remaining) AS remaining
                       FROM mine m WHERE NOT EXISTS (SELECT FROM told w WHERE w.id = m.id)
                       GROUP BY m.unit) o),
      'debts', (SELECT coalesce(json_agg(json_build_object('transaction_id', d.id, 'amount', d.change)
                                         ORDER BY d.seq DESC), '[]')
                FROM debts d WHERE d.is_new),
      'debt_before', (SELECT coalesce(sum(d.change), 0) FROM debts d WHERE NOT d.is_new),
      'transactions', (SELECT coalesce(json_agg(json_build_object(
                         'id', t.id, 'kind', t.kind, 'unit', t.unit, 'amount', t.amount, 'store', s.name,
                         'purchase_amount_cents', t.purchase_amount_cents, 'order_reference', t.order_reference,
                         'reward', coalesce(r.name, CASE WHEN t.kind = 'redeemed' THEN tv.stamp_reward END),
                         'quantity', t.quantity, 'reason', t.reason, 'occurred_at', t.occurred_at,
                         'voids_id', t.voids_id, 'terms_version', t.terms_version,
                         'points_numerator', tv.points_numerator, 'points_denominator', tv.points_denominator,
                         'published_at', tv.published_at)), '[]')
                       FROM wanted n
                       JOIN transactions t ON t.merchant_id = p_merchant AND t.id = n.id
                       JOIN terms_versions tv ON tv.merchant_id = t.merchant_id AND tv.program_id = t.program_id
                         AND tv.version = t.terms_version
                       LEFT JOIN stores s ON s.merchant_id = t.merchant_id AND s.id = t.store_id
                       LEFT JOIN rewards r ON r.merchant_id = t.merchant_id AND r.id = t.reward_id))
  );
END $$;
