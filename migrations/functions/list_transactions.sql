-- The history of a card, or of a store without its housekeeping, newest first, with the names beside each line.
CREATE FUNCTION list_transactions(
  p_merchant uuid, p_card uuid, p_store uuid, p_after_at timestamptz, p_after_id uuid, p_limit int
) RETURNS SETOF json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  IF p_card IS NOT NULL THEN
    RETURN QUERY
    SELECT history_line(t) FROM transactions t
    WHERE t.merchant_id = p_merchant AND t.card_id = p_card
      AND (p_after_id IS NULL
           OR t.seq < (SELECT a.seq FROM transactions a WHERE a.merchant_id = p_merchant AND a.id = p_after_id))
    ORDER BY t.seq DESC LIMIT p_limit;
  ELSE
    RETURN QUERY
    SELECT history_line(t) FROM transactions t
    WHERE t.merchant_id = p_merchant AND t.store_id = p_store
      AND (p_after_id IS NULL OR (t.recorded_at, t.id) < (p_after_at, p_after_id))
    ORDER BY t.recorded_at DESC, t.id DESC LIMIT p_limit;
  END IF;
END $$;
