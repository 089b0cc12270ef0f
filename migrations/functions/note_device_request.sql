-- Remembers the nonce of a signed request. False when it was used before: then nothing is written. The first use of a token
-- ends all older ones of the device.
CREATE FUNCTION note_device_request(
  p_merchant uuid, p_device uuid, p_token_hash bytea, p_nonce text, p_now timestamptz
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_created_at timestamptz;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  INSERT INTO device_nonces (merchant_id, device_id, nonce, seen_at) VALUES (p_merchant, p_device, p_nonce, p_now)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE devices SET last_seen_at = p_now
  WHERE merchant_id = p_merchant AND id = p_device
    AND (last_seen_at IS NULL OR last_seen_at < p_now - interval '1 minute');
  UPDATE device_tokens SET first_used_at = p_now WHERE token_hash = p_token_hash AND first_used_at IS NULL
  RETURNING created_at INTO v_created_at;
  IF FOUND THEN
    UPDATE device_tokens SET ended_at = p_now
    WHERE merchant_id = p_merchant AND device_id = p_device AND created_at < v_created_at AND ended_at IS NULL;
  END IF;
  RETURN true;
END $$;
