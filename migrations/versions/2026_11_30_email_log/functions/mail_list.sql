-- The newest mails of one merchant, or of all merchants and of the platform when p_merchant is null; for the platform's own
-- people. p_filter: status, template_code, recipient, from, until; what it does not name is not asked. The page begins after
-- the row (p_before, p_before_id). Each look sees one merchant's rows only, and takes no more than a page of them.
CREATE FUNCTION mail_list(p_merchant uuid, p_filter jsonb, p_before timestamptz, p_before_id uuid, p_limit int)
RETURNS TABLE (
  merchant_code varchar, merchant_name varchar, id uuid, template_code varchar, kind varchar, language varchar,
  recipient varchar, subject text, status varchar, attempts smallint, provider varchar, host varchar, error_code varchar,
  created_at timestamptz, sent_at timestamptz
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_merchant record;
BEGIN
  IF p_merchant IS NULL THEN
    RETURN QUERY
      SELECT NULL::varchar, NULL::varchar, p.id, p.template_code, p.kind, p.language, p.recipient, p.subject, p.status,
             p.attempts, p.provider, p.host, p.error_code, p.created_at, p.sent_at
      FROM platform_mails p
      WHERE (p.created_at, p.id) < (p_before, p_before_id)
        AND (p.status = p_filter->>'status') IS NOT FALSE
        AND (p.template_code = p_filter->>'template_code') IS NOT FALSE
        AND (lower(p.recipient) = lower(p_filter->>'recipient')) IS NOT FALSE
        AND (p.created_at >= (p_filter->>'from')::timestamptz) IS NOT FALSE
        AND (p.created_at < (p_filter->>'until')::timestamptz) IS NOT FALSE
      ORDER BY p.created_at DESC, p.id DESC LIMIT p_limit;
  END IF;
  FOR v_merchant IN SELECT m.id, m.code, m.name FROM merchants m WHERE (m.id = p_merchant) IS NOT FALSE ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant.id::text, true);
    RETURN QUERY
      SELECT v_merchant.code, v_merchant.name, e.id, e.template_code, e.kind, e.language, e.recipient, e.subject, e.status,
             e.attempts, e.provider, e.host, e.error_code, e.created_at, e.sent_at
      FROM email_logs e
      WHERE e.merchant_id = v_merchant.id
        AND (e.created_at, e.id) < (p_before, p_before_id)
        AND (e.status = p_filter->>'status') IS NOT FALSE
        AND (e.template_code = p_filter->>'template_code') IS NOT FALSE
        AND (lower(e.recipient) = lower(p_filter->>'recipient')) IS NOT FALSE
        AND (e.created_at >= (p_filter->>'from')::timestamptz) IS NOT FALSE
        AND (e.created_at < (p_filter->>'until')::timestamptz) IS NOT FALSE
      ORDER BY e.created_at DESC, e.id DESC LIMIT p_limit;
  END LOOP;
END $$;
