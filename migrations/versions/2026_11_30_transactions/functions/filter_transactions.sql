-- Transactions of a merchant, with the names beside each line. NULL leaves a filter out. Days are those of the merchant.
CREATE FUNCTION filter_transactions(
  p_merchant uuid, p_store uuid, p_card uuid, p_kind text, p_reference text, p_from date, p_until date,
  p_is_oldest_first boolean, p_after_at timestamptz, p_after_id uuid, p_limit int
) RETURNS SETOF json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  conditions text := 't.merchant_id = $1';
  zone text := (SELECT m.timezone FROM merchants m WHERE m.id = p_merchant);
  direction text := CASE WHEN p_is_oldest_first THEN 'ASC' ELSE 'DESC' END;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  -- The statement has only the filters that are given: each combination gets the plan of its own index.
  IF p_store IS NOT NULL THEN conditions := conditions || ' AND t.store_id = $2'; END IF;
  IF p_card IS NOT NULL THEN conditions := conditions || ' AND t.card_id = $3'; END IF;
  IF p_kind IS NOT NULL THEN conditions := conditions || ' AND t.kind = $4'; END IF;
  IF p_reference IS NOT NULL THEN
    conditions := conditions || ' AND t.id IN (SELECT r.transaction_id FROM order_references r'
      || ' WHERE r.merchant_id = $1 AND r.folded = $5)';
  END IF;
  IF p_from IS NOT NULL THEN conditions := conditions || ' AND t.recorded_at >= $6'; END IF;
  IF p_until IS NOT NULL THEN conditions := conditions || ' AND t.recorded_at < $7'; END IF;
  IF p_after_id IS NOT NULL THEN
    conditions := conditions || ' AND (t.recorded_at, t.id) '
      || CASE WHEN p_is_oldest_first THEN '>' ELSE '<' END || ' ($8, $9)';
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT history_line(t) FROM transactions t WHERE %s ORDER BY t.recorded_at %s, t.id %s LIMIT $10',
    conditions, direction, direction)
  USING p_merchant, p_store, p_card, p_kind, p_reference, p_from::timestamp AT TIME ZONE zone,
    (p_until + 1)::timestamp AT TIME ZONE zone, p_after_at, p_after_id, p_limit;
END $$;
