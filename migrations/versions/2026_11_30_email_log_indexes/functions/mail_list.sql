-- The newest mails of one merchant, or of all merchants and of the platform when p_merchant is null; for the platform's own
-- people. p_filter: status, template_code, recipient, from, until; what it does not name is not asked. The page begins after
-- the row (p_before, p_before_id). Each look sees one merchant's rows only, and takes no more than a page of them. It is
-- planned for what is asked, so that each filter has its index; the order is that of the index, too.
CREATE FUNCTION mail_list(p_merchant uuid, p_filter jsonb, p_before timestamptz, p_before_id uuid, p_limit int)
RETURNS TABLE (
  merchant_code varchar, merchant_name varchar, id uuid, template_code varchar, kind varchar, language varchar,
  recipient varchar, subject text, status varchar, attempts smallint, provider varchar, host varchar, error_code varchar,
  created_at timestamptz, sent_at timestamptz
)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  v_merchant record;
  v_status text := p_filter->>'status';
  v_template text := p_filter->>'template_code';
  v_recipient text := lower(p_filter->>'recipient');
  v_from timestamptz := coalesce((p_filter->>'from')::timestamptz, '-infinity');
  v_until timestamptz := coalesce((p_filter->>'until')::timestamptz, 'infinity');
BEGIN
  -- One upper bound, where the walk along the index begins.
  IF v_until <= p_before THEN
    p_before := v_until;
    p_before_id := '00000000-0000-0000-0000-000000000000';
  END IF;
  IF p_merchant IS NULL THEN
    RETURN QUERY
      SELECT NULL::varchar, NULL::varchar, p.id, p.template_code, p.kind, p.language, p.recipient, p.subject, p.status,
             p.attempts, p.provider, p.host, p.error_code, p.created_at, p.sent_at
      FROM platform_mails p
      WHERE (p.created_at, p.id) < (p_before, p_before_id) AND p.created_at >= v_from
        AND (v_status IS NULL OR p.status = v_status)
        AND (v_template IS NULL OR p.template_code = v_template)
        AND (v_recipient IS NULL OR p.recipient_folded = v_recipient)
      ORDER BY p.created_at DESC, p.id DESC LIMIT p_limit;
  END IF;
  FOR v_merchant IN
    SELECT m.id, m.code, m.name FROM merchants m WHERE p_merchant IS NULL OR m.id = p_merchant ORDER BY m.id
  LOOP
    PERFORM set_config('app.merchant_id', v_merchant.id::text, true);
    RETURN QUERY
      SELECT v_merchant.code, v_merchant.name, e.id, e.template_code, e.kind, e.language, e.recipient, e.subject, e.status,
             e.attempts, e.provider, e.host, e.error_code, e.created_at, e.sent_at
      FROM email_logs e
      WHERE e.merchant_id = v_merchant.id
        AND (e.created_at, e.id) < (p_before, p_before_id) AND e.created_at >= v_from
        AND (v_status IS NULL OR e.status = v_status)
        AND (v_template IS NULL OR e.template_code = v_template)
        AND (v_recipient IS NULL OR e.recipient_folded = v_recipient)
      ORDER BY e.created_at DESC, e.id DESC LIMIT p_limit;
  END LOOP;
END $$;
