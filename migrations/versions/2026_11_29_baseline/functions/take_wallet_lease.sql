-- Takes the lease on a card's pass and reads the card, so that whoever comes later has read the same or newer.
-- Answers gone | leased | waiting (until again_at) | clean | taken (with all that decides about the push).
CREATE FUNCTION take_wallet_lease(
  p_merchant uuid, p_card uuid, p_provider text, p_token uuid, p_now timestamptz, p_until timestamptz
) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  v_link wallet_links;
  v_version bigint;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  SELECT * INTO v_link FROM wallet_links l
  WHERE l.merchant_id = p_merchant AND l.card_id = p_card AND l.provider = p_provider
  FOR UPDATE;
  IF NOT FOUND OR v_link.status <> 'active' THEN
    RETURN json_build_object('is', 'gone');
  ELSIF v_link.lease_until > p_now THEN
    RETURN json_build_object('is', 'leased');
  ELSIF v_link.next_attempt_at > p_now THEN
    RETURN json_build_object('is', 'waiting', 'again_at', v_link.next_attempt_at);
  END IF;

  SELECT c.wallet_version INTO v_version FROM cards c WHERE c.merchant_id = p_merchant AND c.id = p_card;
  IF v_version <= v_link.synced_version AND v_link.notify IS NULL THEN
    UPDATE wallet_links l SET waiting_since = NULL
    WHERE l.merchant_id = p_merchant AND l.card_id = p_card AND l.provider = p_provider AND l.waiting_since IS NOT NULL;
    RETURN json_build_object('is', 'clean');
  END IF;

  -- Until the push is known to have arrived, nobody knows what the provider shows.
  UPDATE wallet_links l SET lease_token = p_token, lease_until = p_until, payload_hash = NULL
  WHERE l.merchant_id = p_merchant AND l.card_id = p_card AND l.provider = p_provider;
  RETURN json_build_object(
    'is', 'taken',
    'synced_version', v_link.synced_version,
    'payload_hash', encode(v_link.payload_hash, 'hex'),
    'attempts', v_link.attempts,
    'waiting_since', v_link.waiting_since,
    'notify', v_link.notify,
    'rung', CASE WHEN v_link.notify IS NOT NULL THEN (
              SELECT count(*) FROM wallet_notifications n
              WHERE n.merchant_id = p_merchant AND n.card_id = p_card AND n.provider = p_provider
                AND n.sent_at > p_now - interval '24 hours') ELSE 0 END,
    'state', card_at_home(p_merchant, p_card, p_now));
END $$;
