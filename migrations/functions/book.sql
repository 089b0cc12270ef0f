-- Books what was decided on a card's state, in one statement, and proves that state unchanged.
-- Answers booked | stale (the card has moved: read and decide again) | twin (the idempotency key has its answer already).
CREATE FUNCTION book(p_merchant uuid, p_booking json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  b record;
  v_card cards;
  v_line transactions;
  v_lines transactions[] := '{}';
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  -- Taken apart once: every `->` would read the whole document again.
  SELECT * INTO b FROM json_to_record(p_booking) AS x(
    now timestamptz, card json, limits json, transactions json, order_references json,
    order_references_changed json, categories json, lots json, lots_changed json, allocations json, holds json,
    holds_changed json, retired_code json, ends_links boolean, reward_id uuid, reward_stock int, events json, answer json,
    audit_entry json);
  v_card := json_populate_record(NULL::cards, b.card);
  FOR v_line IN SELECT * FROM json_populate_recordset(NULL::transactions, b.transactions) ORDER BY seq LOOP
    v_card.last_digest := chain_digest(v_card.last_digest, v_line);
    v_line.digest := v_card.last_digest;
    v_lines := v_lines || v_line;
  END LOOP;

  UPDATE cards c
  SET state = v_card.state, merged_into_id = v_card.merged_into_id,
      points_balance = v_card.points_balance, debt_points = v_card.debt_points,
      stamp_count = v_card.stamp_count, carry_numerator = v_card.carry_numerator,
      carry_denominator = v_card.carry_denominator, last_seq = v_card.last_seq, last_digest = v_card.last_digest,
      last_activity_at = v_card.last_activity_at, version = v_card.version, wallet_version = c.wallet_version + 1
  WHERE c.merchant_id = p_merchant AND c.id = v_card.id AND c.version = v_card.version - 1;
  IF NOT FOUND THEN
    RETURN 'stale';
  END IF;

  IF json_array_length(b.limits) > 0 THEN
    -- Bookings under one limit pass here one by one, in one order, so that each counts all before it. A card's own are
    -- kept apart by its row.
    PERFORM pg_advisory_xact_lock(k.key)
    FROM (SELECT DISTINCT hashtextextended(l.scope || l.subject_id, 0) AS key
          FROM json_to_recordset(b.limits) AS l(scope text, subject_id uuid) WHERE l.scope <> 'card' ORDER BY 1) k;
    IF reached_limit(p_merchant, b.limits) IS NOT NULL THEN
      RAISE EXCEPTION 'A limit has been reached meanwhile.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'limit_reached', TABLE = 'fraud_limits';
    END IF;
  END IF;
  IF b.answer IS NOT NULL THEN
    INSERT INTO stored_answers (merchant_id, key, fingerprint, status, body, created_at)
    SELECT p_merchant, a.key, decode(a.fingerprint, 'hex'), a.status, a.body, a.created_at
    FROM json_to_record(b.answer) AS a(key text, fingerprint text, status smallint, body text, created_at timestamptz);
  END IF;

  -- Most bookings have none of some of these; a statement about nothing costs nearly as much as about something.
  IF json_array_length(b.holds) > 0 THEN
    -- A process of the release before sends nothing of allowances.
    INSERT INTO holds (merchant_id, id, card_id, store_id, user_id, device_id, reward_id, unit, amount, quantity, state,
                       reserved_at, expires_at, settled_at, is_allowance, used_amount)
    SELECT n.merchant_id, n.id, n.card_id, n.store_id, n.user_id, n.device_id, n.reward_id, n.unit, n.amount, n.quantity,
           n.state, n.reserved_at, n.expires_at, n.settled_at, coalesce(n.is_allowance, false),
           coalesce(n.used_amount, 0)
    FROM json_populate_recordset(NULL::holds, b.holds) n;
  END IF;
  IF json_array_length(b.holds_changed) > 0 THEN
    UPDATE holds h SET state = n.state, settled_at = n.settled_at, used_amount = coalesce(n.used_amount, 0)
    FROM json_populate_recordset(NULL::holds, b.holds_changed) n
    WHERE h.merchant_id = p_merchant AND h.id = n.id
      -- An allowance that has ended stays so, and may still pay for what was handed over before.
      AND (h.state = 'reserved' OR h.is_allowance AND h.state = n.state);
    -- What books timed-out holds, and what releases allowances, does not move the card's version.
    IF NOT FOUND THEN
      RAISE EXCEPTION 'The hold has moved.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'hold_moved', TABLE = 'holds';
    END IF;
  END IF;
  INSERT INTO transactions SELECT * FROM unnest(v_lines);
  -- What is free again first: the same booking may not take its own number.
  IF json_array_length(b.order_references_changed) > 0 THEN
    UPDATE order_references r SET is_live = n.is_live
    FROM json_to_recordset(b.order_references_changed) AS n(transaction_id uuid, is_live boolean)
    WHERE r.merchant_id = p_merchant AND r.transaction_id = n.transaction_id;
  END IF;
  IF json_array_length(b.order_references) > 0 THEN
    INSERT INTO order_references
    SELECT * FROM json_populate_recordset(NULL::order_references, b.order_references);
  END IF;
  IF json_array_length(b.categories) > 0 THEN
    INSERT INTO transaction_categories
    SELECT * FROM json_populate_recordset(NULL::transaction_categories, b.categories);
  END IF;
  IF json_array_length(b.lots) > 0 THEN
    INSERT INTO lots
    SELECT * FROM json_populate_recordset(NULL::lots, b.lots);
  END IF;
  IF json_array_length(b.lots_changed) > 0 THEN
    UPDATE lots l SET remaining = n.remaining, expires_at = n.expires_at, idle_days = n.idle_days, has_grace = n.has_grace
    FROM json_populate_recordset(NULL::lots, b.lots_changed) n
    WHERE l.merchant_id = p_merchant AND l.id = n.id;
  END IF;
  IF json_array_length(b.allocations) > 0 THEN
    INSERT INTO allocations
    SELECT * FROM json_populate_recordset(NULL::allocations, b.allocations);
  END IF;
  IF b.retired_code IS NOT NULL THEN
    -- The code of a merged card opens this one too. One that was retired before stays so.
    INSERT INTO retired_codes (merchant_id, code, card_id, user_id, on_behalf_user_id, reason, retired_at)
    SELECT p_merchant, c.code, c.id, r.user_id, r.on_behalf_user_id, r.reason, r.retired_at
    FROM json_populate_record(NULL::retired_codes, b.retired_code) r
    JOIN cards c ON c.merchant_id = p_merchant AND c.id = ANY (card_family(p_merchant, v_card.id))
    ON CONFLICT DO NOTHING;
    UPDATE cards c SET code = v_card.code WHERE c.merchant_id = p_merchant AND c.id = v_card.id;
  END IF;
  IF b.ends_links THEN
    PERFORM end_card_links(p_merchant, v_card.id);
  END IF;
  IF b.reward_id IS NOT NULL THEN
    UPDATE rewards r SET stock = r.stock + b.reward_stock
    WHERE r.merchant_id = p_merchant AND r.id = b.reward_id AND r.stock IS NOT NULL;
  END IF;

  WITH happened AS (
    SELECT * FROM json_to_recordset(b.events) AS e(id uuid, name text, data jsonb, traceparent text)
  ), recorded AS (
    INSERT INTO events (merchant_id, id, name, data, occurred_at)
    SELECT p_merchant, h.id, h.name, h.data, b.now FROM happened h
  )
  INSERT INTO outbox (id, merchant_id, event_name, available_at, traceparent)
  SELECT h.id, p_merchant, h.name, b.now, h.traceparent FROM happened h;
  -- Last: it locks the head of the merchant's audit chain.
  IF b.audit_entry IS NOT NULL THEN
    INSERT INTO audit_entries SELECT * FROM json_populate_record(NULL::audit_entries, b.audit_entry);
  END IF;
  RETURN 'booked';
END $$;
