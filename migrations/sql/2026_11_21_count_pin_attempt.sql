-- Counts an attempt before anybody verifies it. The last attempt allowed locks the PIN at once; a right one unlocks it.
-- Null: the user has no PIN. A verifier of null: locked, nothing was counted.
CREATE FUNCTION count_pin_attempt(
  p_merchant uuid, p_user uuid, p_attempts int, p_lock interval, p_now timestamptz
) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  v staff_pins;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  UPDATE staff_pins SET
    failed_count = CASE WHEN locked_until IS NOT NULL THEN 1 ELSE failed_count + 1 END,
    locked_until = CASE
      WHEN CASE WHEN locked_until IS NOT NULL THEN 1 ELSE failed_count + 1 END >= p_attempts THEN p_now + p_lock
    END
  WHERE merchant_id = p_merchant AND user_id = p_user AND is_active
    AND (locked_until IS NULL OR locked_until <= p_now)
  RETURNING * INTO v;
  IF FOUND THEN
    RETURN json_build_object('id', v.id, 'verifier', v.verifier, 'failed_count', v.failed_count,
                             'locked_until', v.locked_until);
  END IF;
  RETURN (SELECT json_build_object('id', id, 'verifier', NULL, 'failed_count', failed_count,
                                   'locked_until', locked_until)
          FROM staff_pins WHERE merchant_id = p_merchant AND user_id = p_user AND is_active);
END $$;
