-- Gives the lease back with what became of the push.
-- Answers lost (the lease was somebody else's by then: nothing is changed) | held | moved (the card has changed since).
CREATE FUNCTION end_wallet_lease(p_merchant uuid, p_end json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  e record;
  v_moved boolean;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  SELECT * INTO e FROM json_to_record(p_end) AS x(
    card_id uuid, provider text, token uuid, now timestamptz, read_at timestamptz, is_synced boolean, version bigint,
    payload_hash text, settles_ring text, ring_id uuid, rung text, status text, attempts smallint,
    next_attempt_at timestamptz, error_code text, error text);
  SELECT e.is_synced AND c.wallet_version > e.version INTO v_moved
  FROM cards c WHERE c.merchant_id = p_merchant AND c.id = e.card_id;

  UPDATE wallet_links l
  SET lease_token = NULL, lease_until = NULL, status = e.status, attempts = e.attempts,
      next_attempt_at = e.next_attempt_at, last_error_code = e.error_code, last_error = e.error,
      failed_at = CASE WHEN e.is_synced THEN NULL ELSE e.now END,
      synced_at = CASE WHEN e.is_synced THEN e.now ELSE l.synced_at END,
      synced_version = CASE WHEN e.is_synced THEN greatest(l.synced_version, e.version) ELSE l.synced_version END,
      payload_hash = decode(e.payload_hash, 'hex'),
      -- One that was asked for during the push stays.
      notify = CASE WHEN l.notify = e.settles_ring THEN NULL ELSE l.notify END,
      waiting_since = CASE WHEN v_moved THEN e.read_at WHEN e.is_synced THEN NULL ELSE l.waiting_since END
  WHERE l.merchant_id = p_merchant AND l.card_id = e.card_id AND l.provider = e.provider AND l.lease_token = e.token;
  IF NOT FOUND THEN
    RETURN 'lost';
  END IF;
  IF e.rung IS NOT NULL THEN
    INSERT INTO wallet_notifications (merchant_id, id, card_id, provider, reason, sent_at)
    VALUES (p_merchant, e.ring_id, e.card_id, e.provider, e.rung, e.now);
  END IF;
  RETURN CASE WHEN v_moved THEN 'moved' ELSE 'held' END;
END $$;
