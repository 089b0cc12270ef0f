-- The merchants of whom something waits, due or not: p_work is mails | holds | previews | rewards | passes | webhooks. Their
-- ids, and nothing else, leave it: as the tables' owner it sees what waits of all merchants (policy `owner_finds_waiting`).
-- One look into an index for each of them, however many merchants there are, and however much waits.
CREATE FUNCTION merchants_waiting(p_work text, p_now timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
  v_merchant uuid := '00000000-0000-0000-0000-000000000000';
  v_first date := (p_now AT TIME ZONE 'Etc/GMT+12')::date;
  v_last date := (p_now AT TIME ZONE 'Etc/GMT-14')::date;
BEGIN
  IF p_work = 'rewards' THEN
    -- An edit keeps `is_on_passes` right, so that only periods wait: for a day that is today somewhere.
    RETURN QUERY
      SELECT r.merchant_id FROM rewards r
      WHERE r.archived_at IS NULL AND r.is_on_passes AND r.ends_on < v_last
      UNION
      SELECT r.merchant_id FROM rewards r
      WHERE r.archived_at IS NULL AND NOT r.is_on_passes AND r.is_active
        AND (r.ends_on IS NULL OR r.ends_on >= v_first) AND (r.starts_on IS NULL OR r.starts_on <= v_last)
      ORDER BY 1;
    RETURN;
  END IF;
  LOOP
    CASE p_work
      WHEN 'mails' THEN
        SELECT e.merchant_id INTO v_merchant FROM email_logs e
        WHERE e.merchant_id > v_merchant AND e.status IN ('queued', 'sending')
        ORDER BY e.merchant_id LIMIT 1;
      WHEN 'holds' THEN
        SELECT h.merchant_id INTO v_merchant FROM holds h
        WHERE h.merchant_id > v_merchant AND h.state = 'reserved'
        ORDER BY h.merchant_id LIMIT 1;
      WHEN 'previews' THEN
        SELECT p.merchant_id INTO v_merchant FROM program_previews p
        WHERE p.merchant_id > v_merchant AND p.state IN ('queued', 'running')
        ORDER BY p.merchant_id LIMIT 1;
      WHEN 'passes' THEN
        SELECT l.merchant_id INTO v_merchant FROM wallet_links l
        WHERE l.merchant_id > v_merchant
          AND l.status = 'active' AND (l.waiting_since IS NOT NULL OR l.lease_until IS NOT NULL)
        ORDER BY l.merchant_id LIMIT 1;
      WHEN 'webhooks' THEN
        SELECT d.merchant_id INTO v_merchant FROM webhook_deliveries d
        WHERE d.merchant_id > v_merchant AND d.state = 'waiting'
        ORDER BY d.merchant_id LIMIT 1;
    END CASE;
    EXIT WHEN v_merchant IS NULL;
    RETURN NEXT v_merchant;
  END LOOP;
END $$;
