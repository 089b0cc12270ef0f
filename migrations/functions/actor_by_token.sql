-- Who a bearer token belongs to, with their place at each store; null when the token opens nothing.
-- A token is for one merchant, or for the platform: without a place there it opens nothing. A session that a PIN began
-- (kind pin) works at one store, as long as the sign-in with a password from which it came (its origin): both persons must
-- still work there, the origin must be open, and the PIN the one of that moment.
CREATE FUNCTION actor_by_token(p_token_hash bytea, p_now timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v record;
BEGIN
  SELECT t.id AS sign_in_id, u.id, u.email, u.name, coalesce(mm.role, u.platform_role) AS role, u.language,
         t.merchant_id, t.kind, t.store_id, coalesce(t.origin_id, t.id) AS origin_id, t.created_at,
         o.user_id AS origin_user_id, om.role AS origin_role,
         least(t.expires_at, o.expires_at) <= p_now AS is_expired, t.last_seen_at, t.confirmed_at, t.second_factor INTO v
  FROM access_tokens t
  JOIN users u ON u.id = t.user_id
  LEFT JOIN merchant_members mm
    ON mm.merchant_id = t.merchant_id AND mm.user_id = t.user_id AND mm.left_at IS NULL
  LEFT JOIN access_tokens o ON o.id = t.origin_id AND o.revoked_at IS NULL AND o.merchant_id = t.merchant_id
  LEFT JOIN users ou ON ou.id = o.user_id AND ou.is_active
  LEFT JOIN merchant_members om
    ON om.merchant_id = o.merchant_id AND om.user_id = ou.id AND om.left_at IS NULL
  WHERE t.token_hash = p_token_hash AND t.revoked_at IS NULL AND u.is_active
    AND (t.merchant_id IS NULL) = (u.platform_role IS NOT NULL)
    AND (t.merchant_id IS NULL) = (mm.user_id IS NULL)
    AND (t.kind = 'password' OR om.user_id IS NOT NULL);
  IF NOT FOUND THEN
    RETURN actor_on_behalf(p_token_hash, p_now);
  END IF;
  PERFORM set_config('app.merchant_id', coalesce(v.merchant_id::text, ''), true);
  IF v.kind = 'pin' AND NOT (
    EXISTS (SELECT FROM staff_pins p WHERE p.merchant_id = v.merchant_id AND p.user_id = v.id AND p.is_active
            AND p.set_at <= v.created_at)
    AND (v.origin_role = 'merchant_owner'
         OR EXISTS (SELECT FROM store_members om WHERE om.merchant_id = v.merchant_id AND om.store_id = v.store_id
                    AND om.user_id = v.origin_user_id))
  ) THEN
    RETURN NULL;
  END IF;
  RETURN json_build_object(
    'sign_in_id', v.sign_in_id, 'user_id', v.id, 'email', v.email, 'name', v.name, 'role', v.role,
    'language', v.language, 'is_expired', v.is_expired, 'kind', v.kind, 'origin_id', v.origin_id, 'last_seen_at', v.last_seen_at,
    'confirmed_at', v.confirmed_at, 'second_factor', v.second_factor,
    'merchant', (SELECT json_build_object('id', m.id, 'code', m.code, 'name', m.name, 'language', m.default_language,
                                         'is_test', m.is_test)
                 FROM merchants m WHERE m.id = v.merchant_id),
    'stores', (SELECT coalesce(json_agg(json_build_object(
                 'id', s.id, 'code', s.code, 'name', s.name, 'timezone', s.timezone, 'country', s.country,
                 'language', s.language, 'permissions', sm.permissions)
                 ORDER BY s.code), '[]')
               FROM stores s
               LEFT JOIN store_members sm
                 ON sm.merchant_id = s.merchant_id AND sm.store_id = s.id AND sm.user_id = v.id
               WHERE s.merchant_id = v.merchant_id AND s.is_active
                 AND (v.store_id IS NULL OR s.id = v.store_id)
                 AND (sm.user_id IS NOT NULL OR v.role = 'merchant_owner')),
    'features', (SELECT coalesce(json_agg(json_build_object(
                   'feature', f.feature, 'store_id', f.store_id, 'is_enabled', f.is_enabled)), '[]')
                 FROM feature_overrides f WHERE f.merchant_id = v.merchant_id));
END $$;
