-- The customers who are one person, because merges have connected their cards; at least the one asked for.
-- Runs inside statements that have set app.merchant_id.
CREATE FUNCTION person_customers(p_merchant uuid, p_customer uuid) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE kin AS (
    SELECT NULL::uuid AS card_id, p_customer AS customer_id, NULL::uuid AS merged_into_id
    UNION
    SELECT o.id, o.customer_id, o.merged_into_id
    FROM kin
    CROSS JOIN LATERAL (
      -- Each branch has an index of its own.
      SELECT c.id, c.customer_id, c.merged_into_id FROM cards c
      WHERE c.merchant_id = p_merchant AND c.customer_id = kin.customer_id AND c.state IN ('active', 'deactivated')
      UNION ALL
      SELECT c.id, c.customer_id, c.merged_into_id FROM cards c
      WHERE c.merchant_id = p_merchant AND c.customer_id = kin.customer_id AND c.merged_into_id IS NOT NULL
      UNION ALL
      SELECT c.id, c.customer_id, c.merged_into_id FROM cards c
      WHERE c.merchant_id = p_merchant AND c.merged_into_id = kin.card_id
      UNION ALL
      SELECT c.id, c.customer_id, c.merged_into_id FROM cards c
      WHERE c.merchant_id = p_merchant AND c.id = kin.merged_into_id
    ) o
  )
  SELECT array_agg(DISTINCT customer_id) FROM kin WHERE customer_id IS NOT NULL
$$;
