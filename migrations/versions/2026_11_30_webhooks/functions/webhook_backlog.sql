-- Deliveries that are due, since when the oldest is, and disabled endpoints; for the metrics. Each look sees one merchant's
-- rows only.
CREATE FUNCTION webhook_backlog(p_now timestamptz) RETURNS TABLE (waiting bigint, oldest_at timestamptz, disabled bigint)
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT m.id FROM merchants m ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT count(d.id), min(d.available_at), count(DISTINCT e.id) FILTER (WHERE e.disabled_at IS NOT NULL)
      FROM webhook_endpoints e
      LEFT JOIN webhook_deliveries d
        ON d.merchant_id = v_merchant AND d.endpoint_id = e.id AND d.state = 'waiting' AND d.available_at <= p_now
      WHERE e.merchant_id = v_merchant
      HAVING count(*) > 0;
  END LOOP;
END $$;
