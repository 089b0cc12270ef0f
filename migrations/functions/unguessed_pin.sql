-- The person's PIN when nobody has guessed at it since it was last right: null while attempts are counted, or it is locked.
CREATE FUNCTION unguessed_pin(p_merchant uuid, p_user uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (SELECT json_build_object('id', id, 'verifier', verifier)
          FROM staff_pins
          WHERE merchant_id = p_merchant AND user_id = p_user AND is_active AND failed_count = 0
            AND locked_until IS NULL);
END $$;
