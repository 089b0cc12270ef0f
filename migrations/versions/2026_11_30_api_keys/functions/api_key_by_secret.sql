-- The API key whose present or previous secret has this hash, with its stores; null when there is none.
-- Notes that it was used, once a minute at most, and the first use of a new secret.
CREATE FUNCTION api_key_by_secret(p_merchant uuid, p_hash bytea, p_now timestamptz) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  v record;
  v_is_over boolean;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  SELECT k.*, m.code AS merchant_code, m.name AS merchant_name, m.default_language, m.is_test INTO v
  FROM api_keys k JOIN merchants m ON m.id = k.merchant_id
  WHERE k.merchant_id = p_merchant
    AND (k.secret_hash = p_hash OR (k.previous_hash = p_hash AND k.previous_until > p_now));
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  v_is_over := v.revoked_at IS NOT NULL OR coalesce(v.expires_at <= p_now, false) OR (v.mode = 'test') <> v.is_test;
  IF NOT v_is_over AND (v.last_used_at IS NULL OR v.last_used_at <= p_now - interval '1 minute'
                        OR (v.secret_used_at IS NULL AND v.secret_hash = p_hash)) THEN
    UPDATE api_keys k
    SET last_used_at = p_now,
        secret_used_at = CASE WHEN k.secret_hash = p_hash THEN coalesce(k.secret_used_at, p_now) ELSE k.secret_used_at END
    WHERE k.merchant_id = p_merchant AND k.id = v.id;
  END IF;
  RETURN json_build_object(
    'key_id', v.id, 'name', v.name, 'mode', v.mode, 'permissions', v.permissions, 'is_over', v_is_over,
    'is_at_all_stores', v.store_ids IS NULL, 'expires_at', v.expires_at,
    'merchant', json_build_object('id', p_merchant, 'code', v.merchant_code, 'name', v.merchant_name,
                                  'language', v.default_language),
    'stores', (SELECT coalesce(json_agg(json_build_object(
                 'id', s.id, 'code', s.code, 'name', s.name, 'timezone', s.timezone, 'country', s.country,
                 'language', s.language, 'permissions', v.permissions)
                 ORDER BY s.code), '[]')
               FROM stores s
               WHERE s.merchant_id = p_merchant AND s.is_active AND (v.store_ids IS NULL OR s.id = ANY (v.store_ids))),
    'features', (SELECT coalesce(json_agg(json_build_object(
                   'feature', f.feature, 'store_id', f.store_id, 'is_enabled', f.is_enabled)), '[]')
                 FROM feature_overrides f WHERE f.merchant_id = p_merchant));
END $$;
