-- Somebody who works at a store, with what they may do there; null when they do not work there.
CREATE FUNCTION store_person(p_merchant uuid, p_store uuid, p_user uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT json_build_object('user_id', u.id, 'name', coalesce(nullif(u.name, ''), u.email), 'role', mm.role,
                             'permissions', sm.permissions)
    FROM users u
    JOIN merchant_members mm ON mm.merchant_id = p_merchant AND mm.user_id = u.id AND mm.left_at IS NULL
    LEFT JOIN store_members sm ON sm.merchant_id = p_merchant AND sm.store_id = p_store AND sm.user_id = u.id
    WHERE u.id = p_user AND u.is_active AND (mm.role = 'merchant_owner' OR sm.user_id IS NOT NULL)
  );
END $$;
