-- Who a bearer token belongs to, with their place at each store; null when the token opens nothing.
-- A token is for one merchant, or for the platform: without a place there it opens nothing.
CREATE FUNCTION actor_by_token(p_token_hash bytea, p_now timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v record;
BEGIN
  SELECT t.id AS sign_in_id, u.id, u.email, u.name, coalesce(mm.role, u.platform_role) AS role, u.language,
         t.merchant_id, t.expires_at <= p_now AS is_expired, t.last_seen_at, t.confirmed_at, t.second_factor INTO v
  FROM access_tokens t
  JOIN users u ON u.id = t.user_id
  LEFT JOIN merchant_members mm
    ON mm.merchant_id = t.merchant_id AND mm.user_id = t.user_id AND mm.left_at IS NULL
  WHERE t.token_hash = p_token_hash AND t.revoked_at IS NULL AND u.is_active
    AND (t.merchant_id IS NULL) = (u.platform_role IS NOT NULL)
    AND (t.merchant_id IS NULL) = (mm.user_id IS NULL);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.merchant_id', coalesce(v.merchant_id::text, ''), true);
  RETURN json_build_object(
    'sign_in_id', v.sign_in_id, 'user_id', v.id, 'email', v.email, 'name', v.name, 'role', v.role,
    'language', v.language, 'is_expired', v.is_expired, 'last_seen_at', v.last_seen_at,
    'confirmed_at', v.confirmed_at, 'second_factor', v.second_factor,
    'merchant', (SELECT json_build_object('id', m.id, 'code', m.code, 'name', m.name, 'language', m.default_language)
                 FROM merchants m WHERE m.id = v.merchant_id),
    'stores', (SELECT coalesce(json_agg(json_build_object(
                 'id', s.id, 'code', s.code, 'name', s.name, 'timezone', s.timezone, 'country', s.country,
                 'language', s.language, 'permissions', sm.permissions)
                 ORDER BY s.code), '[]')
               FROM stores s
               LEFT JOIN store_members sm
                 ON sm.merchant_id = s.merchant_id AND sm.store_id = s.id AND sm.user_id = v.id
               WHERE s.merchant_id = v.merchant_id AND s.is_active
                 AND (sm.user_id IS NOT NULL OR v.role = 'merchant_owner')));
END $$;
