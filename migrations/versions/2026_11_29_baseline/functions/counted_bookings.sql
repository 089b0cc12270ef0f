-- What counts toward a limit and has happened since an instant, line by line. Bookings taken back as a whole do not count.
-- Runs inside statements that have set app.merchant_id.
CREATE FUNCTION counted_bookings(
  p_merchant uuid, p_scope text, p_subject uuid, p_measure text, p_since timestamptz
) RETURNS TABLE (happened_at timestamptz, amount bigint)
LANGUAGE sql STABLE AS $$
  SELECT t.occurred_at,
         CASE p_measure WHEN 'earns' THEN 1 WHEN 'redemptions' THEN t.quantity ELSE abs(t.amount) END
  FROM (
    -- A branch for each scope, because each has an index of its own; the others are never executed.
    SELECT b.* FROM transactions b
    WHERE p_scope = 'card' AND b.merchant_id = p_merchant AND b.recorded_at > p_since
      AND b.card_id = ANY (card_family(p_merchant, p_subject))
    UNION ALL
    SELECT b.* FROM transactions b
    WHERE p_scope = 'staff_pin' AND b.merchant_id = p_merchant AND b.user_id = p_subject AND b.recorded_at > p_since
    UNION ALL
    SELECT b.* FROM transactions b
    WHERE p_scope = 'device' AND b.merchant_id = p_merchant AND b.device_id = p_subject AND b.recorded_at > p_since
    UNION ALL
    SELECT b.* FROM transactions b
    WHERE p_scope = 'store' AND b.merchant_id = p_merchant AND b.store_id = p_subject AND b.recorded_at > p_since
  ) t
  -- Nothing is recorded before it happens, so the indexes on recorded_at leave out nothing.
  WHERE t.occurred_at > p_since
    AND t.kind = CASE WHEN p_measure IN ('redemptions', 'points_redeemed') THEN 'redeemed' ELSE 'earned' END
    AND (p_measure = 'redemptions' OR t.unit = CASE p_measure WHEN 'stamps' THEN 'stamps' ELSE 'points' END)
    AND NOT EXISTS (
      SELECT FROM transactions v WHERE v.merchant_id = p_merchant AND v.voids_id = t.id AND NOT is_undone(v)
      HAVING count(*) > 0
        AND coalesce(sum(v.purchase_amount_cents), 0) >= coalesce(t.purchase_amount_cents, 0)
        AND coalesce(sum(v.quantity), 0) >= coalesce(t.quantity, 0))
$$;
