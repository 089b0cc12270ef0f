-- The last count of customers of each merchant that was counted, or of p_only. Each look sees one merchant's row only.
CREATE FUNCTION customer_figures(p_only uuid) RETURNS TABLE (
  code varchar, is_test boolean, active_cards integer, at_risk_cards integer, new_cards integer, live_since timestamptz,
  counted_at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT m.id FROM merchants m WHERE p_only IS NULL OR m.id = p_only ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT m.code, m.is_test, n.active_cards, n.at_risk_cards, n.new_cards, n.live_since, n.counted_at
      FROM merchants m JOIN customer_counts n ON n.merchant_id = m.id
      WHERE m.id = v_merchant;
  END LOOP;
END $$;
