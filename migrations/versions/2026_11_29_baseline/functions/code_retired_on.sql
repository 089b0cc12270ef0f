-- Since which day, where the card was made, its former code is refused; null for a code that was never replaced, or only on
-- a card that does not work at the asking store. p_store null: asked in an office.
CREATE FUNCTION code_retired_on(p_merchant uuid, p_store uuid, p_code text) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT (r.retired_at AT TIME ZONE s.timezone)::date
    FROM retired_codes r
    JOIN cards c ON c.merchant_id = r.merchant_id AND c.id = r.card_id
    JOIN stores s ON s.merchant_id = c.merchant_id AND s.id = c.store_id
    WHERE r.merchant_id = p_merchant AND r.code = p_code
      AND (p_store IS NULL OR c.scope_store_id IS NULL OR c.scope_store_id = p_store)
  );
END $$;
