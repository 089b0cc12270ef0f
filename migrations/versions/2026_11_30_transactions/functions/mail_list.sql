-- The mails of one merchant, or of all merchants and of the platform when p_merchant is null; for the platform's own people.
-- p_filter: status, template_code, recipient, customer_id, from, until; what it does not name is not asked. Newest first, or
-- with order = 'oldest' the other way round. The page begins after the row (p_at, p_id). Each look sees one merchant's rows
-- only, and takes no more than a page of them. The statement has only the filters that are given, so that each has its index;
-- the order is that of the index, too.
CREATE FUNCTION mail_list(p_merchant uuid, p_filter jsonb, p_at timestamptz, p_id uuid, p_limit int)
RETURNS TABLE (
  merchant_code varchar, merchant_name varchar, id uuid, template_code varchar, kind varchar, language varchar,
  recipient varchar, subject text, status varchar, attempts smallint, provider varchar, host varchar, error_code varchar,
  created_at timestamptz, sent_at timestamptz
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_merchant record;
  v_is_oldest_first boolean := coalesce(p_filter->>'order' = 'oldest', false);
  v_direction text := CASE WHEN v_is_oldest_first THEN 'ASC' ELSE 'DESC' END;
  v_customer uuid := (p_filter->>'customer_id')::uuid;
  v_cards uuid[];
  v_from timestamptz := coalesce((p_filter->>'from')::timestamptz, '-infinity');
  v_until timestamptz := coalesce((p_filter->>'until')::timestamptz, 'infinity');
  v_before_all uuid := '00000000-0000-0000-0000-000000000000';
  v_conditions text := 'e.created_at >= $5 AND e.created_at < $6';
  v_statement text;
BEGIN
  -- One bound where the walk along the index begins.
  IF v_is_oldest_first AND v_from > p_at THEN
    p_at := v_from;
    p_id := v_before_all;
  ELSIF NOT v_is_oldest_first AND v_until <= p_at THEN
    p_at := v_until;
    p_id := v_before_all;
  END IF;
  v_conditions := v_conditions || format(
    ' AND (e.created_at, e.id) %s ($7, $8)', CASE WHEN v_is_oldest_first THEN '>' ELSE '<' END);
  IF p_filter ? 'status' THEN v_conditions := v_conditions || ' AND e.status = $9->>''status'''; END IF;
  IF p_filter ? 'template_code' THEN
    v_conditions := v_conditions || ' AND e.template_code = $9->>''template_code''';
  END IF;
  IF p_filter ? 'recipient' THEN
    v_conditions := v_conditions || ' AND e.recipient_folded = lower($9->>''recipient'')';
  END IF;
  v_statement :=
    'SELECT $2, $3, e.id, e.template_code, e.kind, e.language, e.recipient, e.subject, e.status, e.attempts, e.provider,'
    || ' e.host, e.error_code, e.created_at, e.sent_at FROM %s e WHERE ' || v_conditions
    || format(' ORDER BY e.created_at %s, e.id %s LIMIT $10', v_direction, v_direction);
  IF p_merchant IS NULL AND v_customer IS NULL THEN
    RETURN QUERY EXECUTE format(v_statement, 'platform_mails')
    USING NULL::uuid, NULL::varchar, NULL::varchar, NULL::uuid[], v_from, v_until, p_at, p_id, p_filter, p_limit;
  END IF;
  v_statement := replace(v_statement, ' WHERE ', ' WHERE e.merchant_id = $1 AND ');
  IF v_customer IS NOT NULL THEN v_statement := replace(v_statement, ' WHERE ', ' WHERE e.card_id = ANY ($4) AND '); END IF;
  FOR v_merchant IN
    SELECT m.id, m.code, m.name FROM merchants m WHERE p_merchant IS NULL OR m.id = p_merchant ORDER BY m.id
  LOOP
    PERFORM set_config('app.merchant_id', v_merchant.id::text, true);
    IF v_customer IS NOT NULL THEN
      v_cards := ARRAY(SELECT c.id FROM cards c WHERE c.merchant_id = v_merchant.id AND c.customer_id = v_customer);
      CONTINUE WHEN v_cards = '{}';
    END IF;
    RETURN QUERY EXECUTE format(v_statement, 'email_logs')
    USING v_merchant.id, v_merchant.code, v_merchant.name, v_cards, v_from, v_until, p_at, p_id, p_filter, p_limit;
  END LOOP;
END $$;
