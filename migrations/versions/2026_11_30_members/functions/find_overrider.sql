-- Somebody who works for the merchant, by email, with what they may do at a store; null when there is nobody.
CREATE FUNCTION find_overrider(p_merchant uuid, p_store uuid, p_email text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT json_build_object('user_id', u.id, 'role', mm.role, 'permissions', sm.permissions)
    FROM users u
    JOIN merchant_members mm ON mm.merchant_id = p_merchant AND mm.user_id = u.id AND mm.left_at IS NULL
    LEFT JOIN store_members sm ON sm.merchant_id = p_merchant AND sm.store_id = p_store AND sm.user_id = u.id
    WHERE u.email_norm = p_email AND u.is_active
  );
END $$;
