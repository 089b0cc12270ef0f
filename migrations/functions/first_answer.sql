-- The first answer to an idempotency key, with the line of history it booked; null when there is none yet.
CREATE FUNCTION first_answer(p_merchant uuid, p_key text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT json_build_object(
      'fingerprint', encode(a.fingerprint, 'hex'), 'status', a.status, 'body', a.body,
      'transaction_id', (SELECT t.id FROM transactions t
                         WHERE t.merchant_id = p_merchant AND t.idempotency_key = p_key))
    FROM stored_answers a WHERE a.merchant_id = p_merchant AND a.key = p_key
  );
END $$;
