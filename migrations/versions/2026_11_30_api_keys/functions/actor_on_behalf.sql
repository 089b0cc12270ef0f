-- Which platform user a token of an on-behalf session belongs to: as the owner of one merchant, as long as the session
-- that began it goes on. Null when the token opens nothing.
CREATE FUNCTION actor_on_behalf(p_token_hash bytea, p_now timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v record;
BEGIN
  SELECT t.id AS sign_in_id, u.id, u.email, u.name, u.language, b.merchant_id, b.id AS on_behalf_id, b.reason, b.ends_at,
         least(t.expires_at, b.ends_at) <= p_now AS is_expired, t.last_seen_at, t.second_factor INTO v
  FROM on_behalf_sessions b
  JOIN access_tokens t ON t.id = b.sign_in_id AND t.revoked_at IS NULL AND t.merchant_id IS NULL
  JOIN users u ON u.id = t.user_id AND u.is_active AND u.platform_role IS NOT NULL
  WHERE b.token_hash = p_token_hash AND b.ended_at IS NULL;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.merchant_id', v.merchant_id::text, true);
  RETURN json_build_object(
    'sign_in_id', v.sign_in_id, 'user_id', v.id, 'email', v.email, 'name', v.name, 'role', 'merchant_owner',
    'language', v.language, 'is_expired', v.is_expired, 'kind', 'password', 'origin_id', v.sign_in_id, 'last_seen_at', v.last_seen_at,
    'confirmed_at', NULL, 'second_factor', v.second_factor,
    'on_behalf', json_build_object('id', v.on_behalf_id, 'reason', v.reason, 'ends_at', v.ends_at),
    'merchant', (SELECT json_build_object('id', m.id, 'code', m.code, 'name', m.name, 'language', m.default_language,
                                         'is_test', m.is_test)
                 FROM merchants m WHERE m.id = v.merchant_id),
    'stores', (SELECT coalesce(json_agg(json_build_object(
                 'id', s.id, 'code', s.code, 'name', s.name, 'timezone', s.timezone, 'country', s.country,
                 'language', s.language, 'permissions', NULL)
                 ORDER BY s.code), '[]')
               FROM stores s WHERE s.merchant_id = v.merchant_id AND s.is_active),
    'features', '[]'::json);
END $$;
