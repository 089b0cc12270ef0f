-- Gives the lease back with what became of the push.
-- Answers held | moved (the card has changed since) | lost (the lease was somebody else's by then).
CREATE FUNCTION end_wallet_lease(p_merchant uuid, p_end json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  e record;
  v_version bigint;
  v_moved boolean;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  SELECT * INTO e FROM json_to_record(p_end) AS x(
    card_id uuid, provider text, token uuid, now timestamptz, read_at timestamptz, is_synced boolean, version bigint,
    payload_hash text, settles_ring text, ring_id uuid, rung text, status text, attempts smallint,
    next_attempt_at timestamptz, error_code text, error text);
  -- First the link, then the card: a change that is not seen here finds the link as it is written below.
  PERFORM FROM wallet_links l
  WHERE l.merchant_id = p_merchant AND l.card_id = e.card_id AND l.provider = e.provider FOR UPDATE;
  SELECT c.wallet_version, c.wallet_version > e.version INTO v_version, v_moved
  FROM cards c WHERE c.merchant_id = p_merchant AND c.id = e.card_id;

  IF e.rung IS NOT NULL THEN
    INSERT INTO wallet_notifications (merchant_id, id, card_id, provider, reason, sent_at)
    VALUES (p_merchant, e.ring_id, e.card_id, e.provider, e.rung, e.now);
  END IF;

  UPDATE wallet_links l
  SET lease_token = NULL, lease_until = NULL, attempts = e.attempts,
      -- What was refused is the card's past: as it is now, nobody has been asked.
      status = CASE WHEN v_moved AND e.status = 'failed' THEN 'active' ELSE e.status END,
      next_attempt_at = CASE WHEN v_moved AND e.status = 'failed' THEN NULL ELSE e.next_attempt_at END,
      last_error_code = e.error_code, last_error = e.error,
      failed_at = CASE WHEN e.is_synced THEN NULL ELSE e.now END,
      synced_at = CASE WHEN e.is_synced THEN e.now ELSE l.synced_at END,
      synced_version = CASE WHEN e.is_synced THEN greatest(l.synced_version, e.version) ELSE l.synced_version END,
      -- Who has asked for another push meanwhile is not to be told that it shows all of it.
      payload_hash = CASE WHEN v_moved THEN NULL ELSE decode(e.payload_hash, 'hex') END,
      -- One that was asked for during the push stays.
      notify = CASE WHEN l.notify = e.settles_ring THEN NULL ELSE l.notify END,
      waiting_since = CASE WHEN e.is_synced AND v_moved THEN e.read_at WHEN e.is_synced THEN NULL ELSE l.waiting_since END
  WHERE l.merchant_id = p_merchant AND l.card_id = e.card_id AND l.provider = e.provider AND l.lease_token = e.token;
  IF NOT FOUND THEN
    -- Two pushes have been under way, and nobody knows which arrived last: the pass is behind again. Whoever has the lease
    -- now loses it too, when it ends; until it would have ended nobody gets it.
    UPDATE wallet_links l
    SET status = 'active', synced_version = least(l.synced_version, v_version - 1), payload_hash = NULL,
        lease_token = CASE WHEN l.lease_until IS NULL THEN NULL ELSE gen_random_uuid() END
    WHERE l.merchant_id = p_merchant AND l.card_id = e.card_id AND l.provider = e.provider;
    RETURN 'lost';
  END IF;
  RETURN CASE WHEN v_moved THEN 'moved' ELSE 'held' END;
END $$;
