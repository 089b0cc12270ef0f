-- What test customers have done, and when last: all of the merchant's, or those named. Their cards may be in any state.
CREATE FUNCTION test_customer_steps(p_merchant uuid, p_customers uuid[] DEFAULT NULL) RETURNS TABLE (
  step varchar, walked_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT done.step, max(done.walked_at)
  FROM customers cu
  JOIN cards c ON c.merchant_id = p_merchant AND c.customer_id = cu.id
  CROSS JOIN LATERAL (
    SELECT 'joined'::varchar, c.enrolled_at
    UNION ALL
    SELECT CASE t.kind WHEN 'earned' THEN 'earned_' || t.unit ELSE t.kind END, t.recorded_at
    FROM transactions t
    WHERE t.merchant_id = p_merchant AND t.card_id = c.id AND t.kind IN ('earned', 'redeemed', 'voided')
    UNION ALL
    SELECT 'welcome_email', coalesce(l.sent_at, l.created_at)
    FROM email_logs l
    WHERE l.merchant_id = p_merchant AND l.card_id = c.id AND l.template_code = 'loyalty_enrollment'
      AND l.status IN ('sent', 'delivered')
    UNION ALL
    -- Also a pass that a clean-up has ended just now; the provider had accepted it.
    SELECT w.provider || '_pass', w.created_at
    FROM wallet_links w
    WHERE w.merchant_id = p_merchant AND w.card_id = c.id AND w.synced_version >= 0
  ) AS done (step, walked_at)
  WHERE cu.merchant_id = p_merchant AND cu.is_test AND (p_customers IS NULL OR cu.id = ANY (p_customers))
  GROUP BY done.step
$$;
