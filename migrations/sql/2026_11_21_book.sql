-- Books what was decided on a card's state, in one statement, and proves that state unchanged.
-- Answers booked | stale (the card has moved: read and decide again) | twin (the idempotency key has its answer already).
CREATE FUNCTION book(p_merchant uuid, p_booking json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_card json := p_booking -> 'card';
  v_answer json := p_booking -> 'answer';
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);

  UPDATE cards c
  SET (state, points_balance, debt_points, stamp_count, carry_numerator, carry_denominator, last_seq,
       last_activity_at, version, wallet_version)
    = (SELECT n.state, n.points_balance, n.debt_points, n.stamp_count, n.carry_numerator, n.carry_denominator,
              n.last_seq, n.last_activity_at, n.version, c.wallet_version + 1
       FROM json_populate_record(NULL::cards, v_card) n)
  WHERE c.merchant_id = p_merchant AND c.id = (v_card ->> 'id')::uuid AND c.version = (v_card ->> 'version')::bigint - 1;
  IF NOT FOUND THEN
    RETURN 'stale';
  END IF;

  IF v_answer IS NOT NULL AND json_typeof(v_answer) = 'object' THEN
    INSERT INTO stored_answers (merchant_id, key, fingerprint, status, body, created_at)
    VALUES (p_merchant, v_answer ->> 'key', decode(v_answer ->> 'fingerprint', 'hex'),
            (v_answer ->> 'status')::smallint, v_answer ->> 'body', (v_answer ->> 'created_at')::timestamptz);
  END IF;

  INSERT INTO transactions
  SELECT * FROM json_populate_recordset(NULL::transactions, p_booking -> 'transactions');
  INSERT INTO transaction_categories
  SELECT * FROM json_populate_recordset(NULL::transaction_categories, p_booking -> 'categories');
  INSERT INTO lots
  SELECT * FROM json_populate_recordset(NULL::lots, p_booking -> 'lots');
  UPDATE lots l SET remaining = n.remaining, expires_at = n.expires_at, has_grace = n.has_grace
  FROM json_populate_recordset(NULL::lots, p_booking -> 'lots_changed') n
  WHERE l.merchant_id = p_merchant AND l.id = n.id;
  INSERT INTO allocations
  SELECT * FROM json_populate_recordset(NULL::allocations, p_booking -> 'allocations');

  IF p_booking ->> 'reward_id' IS NOT NULL THEN
    UPDATE rewards r SET stock = r.stock + (p_booking ->> 'reward_stock')::int
    WHERE r.merchant_id = p_merchant AND r.id = (p_booking ->> 'reward_id')::uuid
      AND r.stock IS NOT NULL;
  END IF;

  WITH happened AS (
    INSERT INTO events (merchant_id, id, name, data, occurred_at)
    SELECT p_merchant, e.id, e.name, e.data, (p_booking ->> 'now')::timestamptz
    FROM json_to_recordset(p_booking -> 'events') AS e(id uuid, name text, data jsonb)
    RETURNING id, name, occurred_at
  )
  INSERT INTO outbox (id, merchant_id, event_name, available_at)
  SELECT h.id, p_merchant, h.name, h.occurred_at FROM happened h;
  RETURN 'booked';
END $$;
