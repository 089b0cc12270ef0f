-- Active endpoints that do not rest and for which a delivery is due. Each look sees one merchant's rows only.
CREATE FUNCTION due_webhook_endpoints(p_now timestamptz) RETURNS TABLE (merchant_id uuid, endpoint_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT * FROM merchants_waiting('webhooks', p_now) LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT e.merchant_id, e.id FROM webhook_endpoints e
      WHERE e.merchant_id = v_merchant AND e.is_active AND (e.paused_until IS NULL OR e.paused_until <= p_now)
        AND EXISTS (
          SELECT FROM webhook_deliveries d
          WHERE d.merchant_id = v_merchant AND d.endpoint_id = e.id AND d.state = 'waiting' AND d.available_at <= p_now);
  END LOOP;
END $$;
