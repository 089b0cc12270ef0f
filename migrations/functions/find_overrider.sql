-- Somebody who works for the merchant, by email, with what they may do at a store; null when there is nobody.
CREATE FUNCTION find_overrider(p_merchant uuid, p_store uuid, p_email text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT json_build_object('user_id', u.id, 'role', u.role, 'permissions', m.permissions)
    FROM users u
    LEFT JOIN store_members m ON m.merchant_id = p_merchant AND m.store_id = p_store AND m.user_id = u.id
    WHERE u.email_norm = p_email AND u.merchant_id = p_merchant AND u.is_active
  );
END $$;
