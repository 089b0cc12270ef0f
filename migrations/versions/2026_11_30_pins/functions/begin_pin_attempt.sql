-- Counts an attempt before anybody verifies it, and gives it the turn: attempts on one PIN are verified one at a time, so
-- that a right one is never refused for others still under way. The last attempt allowed locks the PIN at once; a right
-- one unlocks it. Turns last by the database's own clock: the processes that wait for each other may run on several hosts.
-- tries_left: when this attempt fails. locked_until: the PIN is locked, by this attempt if it fails or by earlier ones.
-- Null: the user has no PIN. A verifier of null: nothing was counted, because the PIN is locked or, where locked_until is
-- null, because another attempt is being verified. is_disabled: ten wrong attempts without a right one between; the PIN
-- opens nothing until a person unlocks it or sets another one.
CREATE FUNCTION begin_pin_attempt(
  p_merchant uuid, p_user uuid, p_attempts int, p_lock interval, p_turn interval, p_now timestamptz
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
    END,
    wrong_in_a_row = wrong_in_a_row + 1,
    verifying_until = clock_timestamp() + p_turn
  WHERE merchant_id = p_merchant AND user_id = p_user AND is_active
    AND (locked_until IS NULL OR locked_until <= p_now) AND wrong_in_a_row < 10
    AND (verifying_until IS NULL OR verifying_until <= clock_timestamp())
  RETURNING * INTO v;
  IF FOUND THEN
    RETURN json_build_object('id', v.id, 'verifier', v.verifier,
                             'tries_left', greatest(least(p_attempts - v.failed_count, 10 - v.wrong_in_a_row), 0),
                             'locked_until', v.locked_until, 'is_disabled', v.wrong_in_a_row >= 10);
  END IF;
  RETURN (SELECT json_build_object(
            'id', id, 'verifier', NULL, 'tries_left', 0,
            'is_disabled', wrong_in_a_row >= 10 AND coalesce(verifying_until <= clock_timestamp(), true),
            'locked_until', CASE WHEN locked_until > p_now AND coalesce(verifying_until <= clock_timestamp(), true)
                            THEN locked_until END)
          FROM staff_pins WHERE merchant_id = p_merchant AND user_id = p_user AND is_active);
END $$;
