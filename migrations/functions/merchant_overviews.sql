-- What a list of merchants says of each: its stores that are not closed, switched features, program, number of people.
-- Each look sees one merchant's rows only.
CREATE FUNCTION merchant_overviews(p_merchants uuid[]) RETURNS SETOF json
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOREACH v_merchant IN ARRAY p_merchants LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN NEXT json_build_object(
      'id', v_merchant,
      'stores', (SELECT coalesce(json_agg(s.id), '[]') FROM stores s WHERE s.merchant_id = v_merchant AND s.is_active),
      'features', (SELECT coalesce(json_agg(json_build_object(
                     'feature', f.feature, 'store_id', f.store_id, 'is_enabled', f.is_enabled)), '[]')
                   FROM feature_overrides f WHERE f.merchant_id = v_merchant),
      'program', (SELECT json_build_object('type', g.type, 'name', g.name, 'is_active', g.is_active)
                  FROM programs g WHERE g.merchant_id = v_merchant),
      'members', (SELECT count(*) FROM merchant_members m WHERE m.merchant_id = v_merchant AND m.left_at IS NULL));
  END LOOP;
END $$;
