-- Books on several cards, all or none. Pass them in the order of their ids, so that two such statements never wait for
-- each other. Answers booked; raises cards_moved when one of them has moved.
CREATE FUNCTION book_together(p_merchant uuid, p_bookings json[]) RETURNS text
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
  RETURN 'booked';
END $$;
