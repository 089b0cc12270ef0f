-- The status a key was answered with, and the line of history it booked; nulls when it is not known. The key of a booking
-- is known for ever.
CREATE FUNCTION answer_status(p_merchant uuid, p_key text, OUT status int, OUT transaction_id uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  SELECT t.id INTO transaction_id FROM transactions t WHERE t.merchant_id = p_merchant AND t.idempotency_key = p_key;
  SELECT a.status INTO status FROM stored_answers a WHERE a.merchant_id = p_merchant AND a.key = p_key;
  status := coalesce(status, CASE WHEN transaction_id IS NOT NULL THEN 201 END);
END $$;
