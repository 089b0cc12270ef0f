-- Failed mails that can be sent anew, oldest first, of one merchant, or of all merchants and of the platform (merchant_id null)
-- when p_merchant is null; for the platform's own people. p_filter: template_code, recipient, from, until. p_codes: the faults
-- after which that helps. Not marketing, nothing that is of no use any more, and nothing of which there is a newer copy,
-- whatever became of it. Each look sees one merchant's rows only.
CREATE FUNCTION mails_to_resend(p_merchant uuid, p_filter jsonb, p_codes text[], p_now timestamptz, p_limit int)
RETURNS TABLE (merchant_id uuid, id uuid)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  v_merchant uuid;
  v_template text := p_filter->>'template_code';
  v_recipient text := lower(p_filter->>'recipient');
  v_from timestamptz := coalesce((p_filter->>'from')::timestamptz, '-infinity');
  v_until timestamptz := coalesce((p_filter->>'until')::timestamptz, 'infinity');
BEGIN
  IF p_merchant IS NULL THEN
    RETURN QUERY
      SELECT NULL::uuid, p.id
      FROM platform_mails p
      WHERE p.status = 'failed' AND p.created_at >= v_from AND p.created_at < v_until
        AND (v_template IS NULL OR p.template_code = v_template)
        AND (v_recipient IS NULL OR p.recipient_folded = v_recipient)
        AND p.error_code = ANY (p_codes) AND p.kind <> 'marketing' AND p.redacted_at IS NULL
        AND (p.expires_at IS NULL OR p.expires_at > p_now)
        AND NOT EXISTS (SELECT FROM platform_mails c
                        WHERE c.resend_of = coalesce(p.resend_of, p.id) AND c.created_at >= p.created_at AND c.id <> p.id)
      ORDER BY p.created_at, p.id LIMIT p_limit;
  END IF;
  FOR v_merchant IN SELECT m.id FROM merchants m WHERE p_merchant IS NULL OR m.id = p_merchant ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT e.merchant_id, e.id
      FROM email_logs e
      WHERE e.merchant_id = v_merchant AND e.status = 'failed' AND e.created_at >= v_from AND e.created_at < v_until
        AND (v_template IS NULL OR e.template_code = v_template)
        AND (v_recipient IS NULL OR e.recipient_folded = v_recipient)
        AND e.error_code = ANY (p_codes) AND e.kind <> 'marketing' AND e.redacted_at IS NULL
        AND (e.expires_at IS NULL OR e.expires_at > p_now)
        AND NOT EXISTS (SELECT FROM email_logs c
                        WHERE c.merchant_id = v_merchant AND c.resend_of = coalesce(e.resend_of, e.id)
                          AND c.created_at >= e.created_at AND c.id <> e.id)
      ORDER BY e.created_at, e.id LIMIT p_limit;
  END LOOP;
END $$;
