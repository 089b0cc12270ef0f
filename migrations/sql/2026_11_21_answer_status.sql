-- The status a key was answered with; null when it was not. The key of a booking is known for ever.
CREATE FUNCTION answer_status(p_merchant uuid, p_key text) RETURNS int
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN coalesce(
    (SELECT a.status FROM stored_answers a WHERE a.merchant_id = p_merchant AND a.key = p_key),
    (SELECT 201 FROM transactions t WHERE t.merchant_id = p_merchant AND t.idempotency_key = p_key));
END $$;
