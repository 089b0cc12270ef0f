-- One transaction with the names a reader wants beside it. Runs inside statements that have set app.merchant_id.
CREATE FUNCTION history_line(t transactions) RETURNS json
LANGUAGE sql STABLE AS $$
  SELECT json_build_object(
    'id', t.id, 'seq', t.seq, 'card_id', t.card_id, 'kind', t.kind, 'unit', t.unit, 'amount', t.amount,
    'points_after', t.points_after, 'stamps_after', t.stamps_after,
    'store', (SELECT s.code FROM stores s WHERE s.merchant_id = t.merchant_id AND s.id = t.store_id),
    'user', coalesce(
      (SELECT u.name FROM users u WHERE u.id = t.user_id),
      (SELECT k.name FROM api_keys k WHERE k.merchant_id = t.merchant_id AND k.id = t.api_key_id)), 'sign_in_id', t.sign_in_id,
    'on_behalf', (SELECT u.name FROM users u WHERE u.id = t.on_behalf_user_id),
    'first_name', cu.first_name, 'last_name', cu.last_name, 'email', cu.email,
    'purchase_amount_cents', t.purchase_amount_cents, 'order_reference', t.order_reference,
    'reward', CASE
      WHEN t.reward_id IS NOT NULL
        THEN (SELECT r.name FROM rewards r WHERE r.merchant_id = t.merchant_id AND r.id = t.reward_id)
      WHEN t.kind = 'redeemed'
        THEN (SELECT v.stamp_reward FROM terms_versions v
              WHERE v.merchant_id = t.merchant_id AND v.program_id = t.program_id AND v.version = t.terms_version)
    END,
    'reason', t.reason, 'occurred_at', t.occurred_at, 'recorded_at', t.recorded_at, 'voids_id', t.voids_id,
    'voids', (SELECT json_build_object('recorded_at', o.recorded_at, 'sign_in_id', o.sign_in_id) FROM transactions o
              WHERE o.merchant_id = t.merchant_id AND o.id = t.voids_id),
    'quantity', t.quantity, 'override', t.override_user_id IS NOT NULL,
    'returned_cents', r.cents, 'returned_quantity', r.quantity,
    'voided', r.lines > 0 AND r.cents >= coalesce(t.purchase_amount_cents, 0) AND r.quantity >= coalesce(t.quantity, 0),
    'language', (SELECT p.default_language FROM programs p WHERE p.merchant_id = t.merchant_id))
  FROM cards c
  CROSS JOIN LATERAL (
    SELECT count(*) AS lines, coalesce(sum(v.purchase_amount_cents), 0) AS cents, coalesce(sum(v.quantity), 0) AS quantity
    FROM transactions v
    WHERE v.merchant_id = t.merchant_id AND v.voids_id = t.id AND NOT is_undone(v)) r
  LEFT JOIN customers cu ON cu.merchant_id = c.merchant_id AND cu.id = c.customer_id
  WHERE c.merchant_id = t.merchant_id AND c.id = t.card_id
$$;
