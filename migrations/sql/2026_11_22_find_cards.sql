-- At most five cards by code, email, the last digits of a phone, or the beginnings of name words; those used last first.
-- A merchant that keeps its stores apart sees only the cards of the store that asks.
CREATE FUNCTION find_cards(
  p_merchant uuid, p_store uuid, p_code text, p_email text, p_phone text, p_words text[], p_now timestamptz
) RETURNS SETOF json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN QUERY
  SELECT card_state(p_merchant, p_store, found.id, NULL, NULL, NULL, p_now)
  FROM (
    SELECT c.id
    FROM cards c
    WHERE c.merchant_id = p_merchant
      AND (c.scope_store_id IS NULL OR c.scope_store_id = p_store)
      -- The code of a merged card opens the one that goes on in its place.
      AND (p_code IS NULL OR c.id = (SELECT card_in_use(p_merchant, o.id) FROM cards o
                                     WHERE o.merchant_id = p_merchant AND o.code = p_code))
      AND c.state <> 'merged'
      AND (p_code IS NOT NULL OR c.customer_id = ANY (ARRAY(
        SELECT cu.id FROM customers cu WHERE cu.merchant_id = p_merchant AND cu.email_norm = p_email
        UNION
        SELECT cu.id FROM customers cu WHERE cu.merchant_id = p_merchant AND cu.phone_norm = p_phone
        UNION
        SELECT w.customer_id
        FROM unnest(p_words) AS prefix(word)
        JOIN customer_words w ON w.merchant_id = p_merchant
          AND w.word >= prefix.word COLLATE "C" AND w.word < (prefix.word || U&'\+10FFFF') COLLATE "C"
        GROUP BY w.customer_id
        HAVING count(DISTINCT prefix.word) = cardinality(p_words)
      )))
    ORDER BY c.state, c.last_activity_at DESC, c.id DESC
    LIMIT 5
  ) found;
END $$;
