-- Ends the turn of the attempt just verified. A right one begins the count anew. p_verifier: made with the newest pepper,
-- when that is due.
CREATE FUNCTION end_pin_attempt(p_merchant uuid, p_pin uuid, p_is_right boolean, p_verifier text, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  IF p_is_right THEN
    UPDATE staff_pins
    SET failed_count = 0, wrong_in_a_row = 0, locked_until = NULL, last_used_at = p_now,
        verifier = coalesce(p_verifier, verifier), verifying_until = NULL
    WHERE merchant_id = p_merchant AND id = p_pin;
  ELSE
    UPDATE staff_pins SET verifying_until = NULL WHERE merchant_id = p_merchant AND id = p_pin;
  END IF;
END $$;
