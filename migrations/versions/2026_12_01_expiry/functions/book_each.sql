-- Books on many cards in one transaction, on each for itself. Answers which were booked: a card that another transaction has
-- locked, and one that has moved since it was read, is left out. It waits for no card, so no two such statements, and no
-- booking beside them, ever wait for each other.
CREATE FUNCTION book_each(p_merchant uuid, p_bookings json[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
  v_booking json;
  v_card uuid;
  v_claimed uuid[];
  v_booked uuid[] := '{}';
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  SELECT coalesce(array_agg(f.id), '{}') INTO v_claimed
  FROM (SELECT c.id FROM cards c
        WHERE c.merchant_id = p_merchant AND c.id IN (SELECT (x->'card'->>'id')::uuid FROM unnest(p_bookings) AS x)
        FOR NO KEY UPDATE SKIP LOCKED) f;
  FOREACH v_booking IN ARRAY p_bookings LOOP
    v_card := v_booking->'card'->>'id';
    IF v_card = ANY (v_claimed) AND book(p_merchant, v_booking) = 'booked' THEN
      v_booked := v_booked || v_card;
    END IF;
  END LOOP;
  RETURN v_booked;
END $$;
