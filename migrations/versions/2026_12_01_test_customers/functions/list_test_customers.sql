-- The next customers that are marked as test, each with all whose cards any merge has ever connected with theirs: those
-- share lots and transactions. is_free: all of these are marked, too. codes: of the customer's own cards.
CREATE FUNCTION list_test_customers(p_merchant uuid, p_after uuid, p_limit int) RETURNS TABLE (
  customer_id uuid, kin uuid[], is_free boolean, codes varchar[])
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN QUERY
    SELECT marked.id, k.customers, k.are_marked,
           ARRAY(SELECT c.code FROM cards c
                 WHERE c.merchant_id = p_merchant AND c.customer_id = marked.id ORDER BY c.code)
    FROM (SELECT cu.id FROM customers cu
          WHERE cu.merchant_id = p_merchant AND cu.is_test AND cu.id > p_after ORDER BY cu.id LIMIT p_limit) marked
    CROSS JOIN LATERAL (
      WITH RECURSIVE related AS (
        SELECT NULL::uuid AS card_id, marked.id AS customer_id
        UNION
        SELECT o.id, o.customer_id
        FROM related r
        CROSS JOIN LATERAL (
          SELECT c.id, c.customer_id FROM cards c WHERE c.merchant_id = p_merchant AND c.customer_id = r.customer_id
          UNION ALL
          SELECT c.id, c.customer_id FROM card_merges m
          JOIN cards c ON c.merchant_id = p_merchant AND c.id = m.merged_card_id
          WHERE m.merchant_id = p_merchant AND m.kept_card_id = r.card_id
          UNION ALL
          SELECT c.id, c.customer_id FROM card_merges m
          JOIN cards c ON c.merchant_id = p_merchant AND c.id = m.kept_card_id
          WHERE m.merchant_id = p_merchant AND m.merged_card_id = r.card_id
        ) o
      )
      SELECT array_agg(DISTINCT r.customer_id) FILTER (WHERE r.customer_id IS NOT NULL) AS customers,
             -- An erased card has no customer who could be marked.
             bool_and(coalesce(o.is_test, false)) AS are_marked
      FROM related r
      LEFT JOIN customers o ON o.merchant_id = p_merchant AND o.id = r.customer_id
    ) k
    ORDER BY marked.id;
END $$;
