-- The device that a bearer token belongs to, with its store and merchant; null when the token is unknown. Whether the token
-- and the device may still be used is the caller's decision.
CREATE FUNCTION device_by_token(p_token_hash bytea) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v device_tokens;
BEGIN
  SELECT * INTO v FROM device_tokens t WHERE t.token_hash = p_token_hash;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.merchant_id', v.merchant_id::text, true);
  RETURN (
    SELECT json_build_object(
      'id', d.id, 'name', d.name, 'profile', d.profile, 'state', d.state,
      'public_key', translate(encode(d.public_key, 'base64'), E'\n', ''),
      'app_version_code', d.app_version_code, 'wipes', d.wipes, 'revoked_at', d.revoked_at,
      'token', json_build_object('created_at', v.created_at, 'expires_at', v.expires_at,
                                 'overlap_ends_at', v.overlap_ends_at, 'ended_at', v.ended_at),
      'merchant', json_build_object('id', m.id, 'code', m.code, 'name', m.name, 'language', m.default_language),
      'store', json_build_object('id', s.id, 'code', s.code, 'name', s.name, 'timezone', s.timezone,
                                 'country', s.country, 'language', s.language, 'permissions', '[]'::json),
      'is_store_open', s.is_active,
      'features', (SELECT coalesce(json_agg(json_build_object(
                     'feature', f.feature, 'store_id', f.store_id, 'is_enabled', f.is_enabled)), '[]')
                   FROM feature_overrides f WHERE f.merchant_id = v.merchant_id))
    FROM devices d
    JOIN merchants m ON m.id = d.merchant_id
    JOIN stores s ON s.merchant_id = d.merchant_id AND s.id = d.store_id
    WHERE d.merchant_id = v.merchant_id AND d.id = v.device_id);
END $$;
