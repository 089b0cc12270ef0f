-- What operators look at, of each merchant or of p_only: emails and webhooks since p_since, endpoints that fail, what
-- waits for a person, and permissions that p_permissions does not name. One statement, however many merchants there are,
-- and each look sees one merchant's rows only.
CREATE FUNCTION merchant_figures(p_since timestamptz, p_now timestamptz, p_permissions text[], p_only uuid) RETURNS TABLE (
  code varchar, mails_sent bigint, mails_failed bigint, mails_due bigint, oldest_mail_at timestamptz,
  webhooks_failed bigint, endpoints_disabled bigint, endpoints_failing bigint, reviews bigint,
  oldest_review_at timestamptz, unknown_permissions text[])
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT m.id FROM merchants m WHERE p_only IS NULL OR m.id = p_only ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT m.code, e.sent, e.failed, q.due, q.oldest_at, d.failed, w.disabled, w.failing, o.waiting, o.oldest_at,
             (SELECT coalesce(array_agg(DISTINCT p.name), '{}')
              FROM store_members s CROSS JOIN LATERAL unnest(s.permissions) AS p(name)
              WHERE s.merchant_id = v_merchant AND p.name <> ALL (p_permissions))
      FROM merchants m,
        (SELECT count(*) FILTER (WHERE l.status IN ('sent', 'delivered')) AS sent,
                count(*) FILTER (WHERE l.status IN ('failed', 'bounced', 'unknown')) AS failed
         FROM email_logs l
         WHERE l.merchant_id = v_merchant AND l.created_at >= p_since
           AND l.status IN ('sent', 'delivered', 'failed', 'bounced', 'unknown')) e,
        (SELECT count(*) AS due, min(u.available_at) AS oldest_at FROM email_logs u
         WHERE u.merchant_id = v_merchant AND u.status IN ('queued', 'sending') AND u.available_at <= p_now) q,
        (SELECT count(*) AS failed FROM webhook_deliveries f
         WHERE f.merchant_id = v_merchant AND f.created_at >= p_since AND f.state = 'failed') d,
        (SELECT count(*) FILTER (WHERE n.disabled_because IS NOT NULL) AS disabled,
                count(*) FILTER (WHERE n.is_active AND n.failing_since IS NOT NULL) AS failing
         FROM webhook_endpoints n WHERE n.merchant_id = v_merchant) w,
        (SELECT count(*) AS waiting, min(r.received_at) AS oldest_at FROM device_operations r
         WHERE r.merchant_id = v_merchant AND r.state = 'review') o
      WHERE m.id = v_merchant;
  END LOOP;
END $$;
