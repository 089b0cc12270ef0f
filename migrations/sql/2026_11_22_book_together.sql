-- Books on several cards, all or none, with the merge or its reversal that moves them. Pass the bookings in the order of
-- their cards' ids, so that two such statements never wait for each other. Answers booked; raises cards_moved when one of
-- the cards has moved.
CREATE FUNCTION book_together(p_merchant uuid, p_bookings json[], p_merge json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_booking json;
BEGIN
  FOREACH v_booking IN ARRAY p_bookings LOOP
    IF book(p_merchant, v_booking) <> 'booked' THEN
      RAISE EXCEPTION 'A card has moved.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cards_moved', TABLE = 'cards';
    END IF;
  END LOOP;
  INSERT INTO card_merges SELECT * FROM json_populate_record(NULL::card_merges, p_merge)
  ON CONFLICT (merchant_id, id) DO UPDATE SET reversed_at = EXCLUDED.reversed_at;
  RETURN 'booked';
END $$;
