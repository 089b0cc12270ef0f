-- The merchants for whom something is due: p_work is mails | holds | previews | rewards | passes. For what the clock does
-- every few seconds: one statement that costs what waits, however many merchants there are. Each look sees one merchant's
-- rows only.
CREATE FUNCTION merchants_with_work(p_work text, p_now timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT * FROM merchants_waiting(p_work, p_now) LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    IF p_work = 'mails' AND EXISTS (
        SELECT FROM email_logs e
        WHERE e.merchant_id = v_merchant AND e.status IN ('queued', 'sending') AND e.available_at <= p_now)
      OR p_work = 'holds' AND EXISTS (
        SELECT FROM holds h WHERE h.merchant_id = v_merchant AND h.state = 'reserved' AND h.expires_at <= p_now)
      OR p_work = 'previews' AND EXISTS (
        SELECT FROM program_previews p WHERE p.merchant_id = v_merchant AND p.state IN ('queued', 'running'))
      OR p_work = 'rewards' AND EXISTS (
        SELECT FROM rewards r JOIN merchants m ON m.id = r.merchant_id
        WHERE r.merchant_id = v_merchant
          AND r.is_on_passes <> (reward_state(r.is_active, r.archived_at, r.starts_on, r.ends_on,
                                              (p_now AT TIME ZONE m.timezone)::date) = 'offered'))
      OR p_work = 'passes' AND EXISTS (
        SELECT FROM wallet_links l
        WHERE l.merchant_id = v_merchant AND l.status = 'active' AND l.attempts < 4
          AND (l.waiting_since IS NOT NULL OR l.lease_until IS NOT NULL)
          AND (l.waiting_since <= p_now - interval '5 seconds' OR l.lease_until <= p_now)
          AND (l.lease_until IS NULL OR l.lease_until <= p_now)
          AND (l.next_attempt_at IS NULL OR l.next_attempt_at <= p_now))
    THEN
      RETURN NEXT v_merchant;
    END IF;
  END LOOP;
END $$;
