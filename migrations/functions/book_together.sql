-- Books on several cards, all or none, with the merge or its reversal that moves them, in the order of the bookings. Answers
-- booked; raises cards_moved when one of the cards, or what is known of the kept one's holder, has moved.
CREATE FUNCTION book_together(p_merchant uuid, p_bookings json[], p_merge json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_booking json;
  v_before json := p_merge->'holder'->'before';
  v_after customers;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  -- In the order of their ids, so that two such statements never wait for each other.
  PERFORM FROM cards c
  WHERE c.merchant_id = p_merchant AND c.id IN (SELECT (x->'card'->>'id')::uuid FROM unnest(p_bookings) AS x)
  ORDER BY c.id FOR UPDATE;
  FOREACH v_booking IN ARRAY p_bookings LOOP
    IF book(p_merchant, v_booking) <> 'booked' THEN
      RAISE EXCEPTION 'A card has moved.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cards_moved', TABLE = 'cards';
    END IF;
  END LOOP;
  INSERT INTO card_merges SELECT * FROM json_populate_record(NULL::card_merges, p_merge)
  ON CONFLICT (merchant_id, id) DO UPDATE SET reversed_at = EXCLUDED.reversed_at, shared = EXCLUDED.shared;
  IF v_before IS NOT NULL THEN
    v_after := json_populate_record(NULL::customers, p_merge->'holder'->'after');
    UPDATE customers cu
    SET first_name = v_after.first_name, last_name = v_after.last_name, phone = v_after.phone,
        phone_norm = v_after.phone_norm, birth_date = v_after.birth_date
    FROM json_populate_record(NULL::customers, v_before) b
    WHERE cu.merchant_id = p_merchant AND cu.id = b.id
      AND (cu.first_name, cu.last_name, cu.phone, cu.birth_date)
          IS NOT DISTINCT FROM (b.first_name, b.last_name, b.phone, b.birth_date);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'More is known of the holder meanwhile.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cards_moved', TABLE = 'customers';
    END IF;
    UPDATE card_merges m SET shared = g.shared
    FROM json_to_recordset(p_merge->'holder'->'shared') AS g(merge_id uuid, shared text[])
    WHERE m.merchant_id = p_merchant AND m.id = g.merge_id;
    DELETE FROM customer_words w WHERE w.merchant_id = p_merchant AND w.customer_id = v_after.id;
    INSERT INTO customer_words (merchant_id, customer_id, word)
    SELECT p_merchant, v_after.id, word FROM json_array_elements_text(p_merge->'holder'->'words') AS word;
  END IF;
  -- Last: it locks the head of the merchant's audit chain.
  IF json_typeof(p_merge->'audit_entry') = 'object' THEN
    INSERT INTO audit_entries SELECT * FROM json_populate_record(NULL::audit_entries, p_merge->'audit_entry');
  END IF;
  RETURN 'booked';
END $$;
