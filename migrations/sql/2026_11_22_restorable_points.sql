-- Points of a card that have expired and were not restored since.
CREATE FUNCTION restorable_points(p_merchant uuid, p_card uuid) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT coalesce(-sum(t.amount), 0) FROM transactions t
    WHERE t.merchant_id = p_merchant AND t.card_id = p_card AND t.unit = 'points' AND t.kind IN ('expired', 'restored')
  );
END $$;
