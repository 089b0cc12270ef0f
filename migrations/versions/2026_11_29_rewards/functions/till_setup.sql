-- All that a merchant has set up for one of its stores: policy, program, terms in force, rewards offered, categories.
-- Runs inside statements that have set app.merchant_id.
CREATE FUNCTION till_setup(p_merchant uuid, p_store uuid, p_now timestamptz) RETURNS json
LANGUAGE sql STABLE AS $$
  SELECT json_build_object(
    'merchant', json_build_object('name', m.name, 'timezone', m.timezone, 'currency', m.currency,
                                  'language', m.default_language),
    'store', json_build_object('id', s.id, 'code', s.code, 'name', s.name, 'timezone', s.timezone,
                               'country', s.country, 'language', s.language),
    'stores', (SELECT json_agg(json_build_object('id', o.id, 'code', o.code, 'name', o.name) ORDER BY o.code)
               FROM stores o WHERE o.merchant_id = p_merchant AND o.is_active),
    'features', (SELECT coalesce(json_agg(json_build_object(
                    'feature', f.feature, 'of_store', f.store_id IS NOT NULL, 'is_enabled', f.is_enabled)), '[]')
                 FROM feature_overrides f
                 WHERE f.merchant_id = p_merchant AND (f.store_id IS NULL OR f.store_id = p_store)),
    'policy', row_to_json(p),
    'program', row_to_json(g),
    'terms', row_to_json(t),
    'rewards', (SELECT coalesce(json_agg(json_build_object(
                   'id', r.id, 'name', r.name, 'description', r.description, 'points_required', r.points_required,
                   'stock', r.stock, 'limit_per_card', r.limit_per_card, 'picture', r.picture,
                   'store_ids', (SELECT coalesce(json_agg(rs.store_id), '[]') FROM reward_stores rs
                                 WHERE rs.merchant_id = r.merchant_id AND rs.reward_id = r.id))
                   ORDER BY r.position, r.id), '[]')
                FROM rewards r
                WHERE r.merchant_id = p_merchant AND r.program_id = g.id
                  AND reward_state(r.is_active, r.archived_at, r.starts_on, r.ends_on,
                                   (p_now AT TIME ZONE m.timezone)::date) = 'offered'),
    'categories', (SELECT coalesce(json_agg(json_build_object('id', c.id, 'name', c.name) ORDER BY c.position), '[]')
                   FROM categories c
                   WHERE c.merchant_id = p_merchant AND c.store_id = p_store AND c.is_active))
  FROM merchants m
  JOIN stores s ON s.merchant_id = m.id AND s.id = p_store
  JOIN policies p ON p.merchant_id = m.id
  LEFT JOIN programs g ON g.merchant_id = m.id
  LEFT JOIN terms_versions t ON t.merchant_id = g.merchant_id AND t.program_id = g.id AND t.version = g.terms_version
  WHERE m.id = p_merchant
$$;
