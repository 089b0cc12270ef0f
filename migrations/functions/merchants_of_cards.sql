-- Whose cards they are, for runs that know only their ids; without ids of no card. Looks with each merchant's eyes in turn: no
-- statement sees the rows of two.
CREATE FUNCTION merchants_of_cards(p_cards uuid[]) RETURNS TABLE (merchant_id uuid, card_ids uuid[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT m.id FROM merchants m ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT v_merchant, array_agg(c.id ORDER BY c.id) FROM cards c
      WHERE c.merchant_id = v_merchant AND c.id = ANY (p_cards)
      HAVING count(*) > 0;
  END LOOP;
END $$;
