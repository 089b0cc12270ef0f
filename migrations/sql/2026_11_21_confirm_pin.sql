-- The attempt just counted was right: the count starts anew. p_verifier: made with the newest pepper, when that is due.
CREATE FUNCTION confirm_pin(p_merchant uuid, p_pin uuid, p_verifier text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  UPDATE staff_pins
  SET failed_count = 0, locked_until = NULL, last_used_at = p_now, verifier = coalesce(p_verifier, verifier)
  WHERE merchant_id = p_merchant AND id = p_pin;
END $$;
