-- A card as seen from the store where its holder enrolled.
CREATE FUNCTION card_at_home(p_merchant uuid, p_card uuid, p_now timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT card_state(p_merchant, c.store_id, c.id, NULL, NULL, NULL, p_now)
    FROM cards c WHERE c.merchant_id = p_merchant AND c.id = p_card
  );
END $$;
