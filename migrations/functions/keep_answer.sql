-- Keeps an answer that booked nothing. False: the key has an answer already.
CREATE FUNCTION keep_answer(p_merchant uuid, p_answer json) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  INSERT INTO stored_answers (merchant_id, key, fingerprint, status, body, created_at)
  VALUES (p_merchant, p_answer ->> 'key', decode(p_answer ->> 'fingerprint', 'hex'),
          (p_answer ->> 'status')::smallint, p_answer ->> 'body', (p_answer ->> 'created_at')::timestamptz)
  ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;
