-- Whether one of these customers has had a welcome bonus on a card that works where another does; p_scope null: everywhere.
-- Runs inside statements that have set app.merchant_id.
CREATE FUNCTION is_welcomed(p_merchant uuid, p_customers uuid[], p_scope uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM cards c
    JOIN transactions t ON t.merchant_id = c.merchant_id AND t.card_id = c.id AND t.kind = 'welcome_bonus'
    WHERE c.merchant_id = p_merchant AND c.customer_id = ANY (p_customers)
      AND (c.state IN ('active', 'deactivated') OR c.merged_into_id IS NOT NULL)
      AND (p_scope IS NULL OR c.scope_store_id IS NULL OR c.scope_store_id = p_scope))
$$;
