-- Mails that wait, and since when the oldest does; for the metrics. Each look sees one merchant's rows only.
CREATE FUNCTION mail_backlog() RETURNS TABLE (waiting bigint, oldest_at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  RETURN QUERY SELECT count(*), min(p.created_at) FROM platform_mails p WHERE p.status IN ('queued', 'sending');
  FOR v_merchant IN SELECT * FROM merchants_waiting('mails', now()) LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT count(*), min(e.created_at) FROM email_logs e
      WHERE e.merchant_id = v_merchant AND e.status IN ('queued', 'sending')
      HAVING count(*) > 0;
  END LOOP;
END $$;
