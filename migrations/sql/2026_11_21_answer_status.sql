-- The status a key was answered with; null when it was not.
CREATE FUNCTION answer_status(p_merchant uuid, p_key text) RETURNS int
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (SELECT a.status FROM stored_answers a WHERE a.merchant_id = p_merchant AND a.key = p_key);
END $$;
