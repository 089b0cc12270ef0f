-- At most five cards by code, email, a phone number or its last digits, or the beginnings of name words; those used last first.
-- Whoever was merged into another card is found on the one that goes on in its place.
-- Of the names that fit a short beginning only a hundred are looked at: whoever wants another types one more letter.
-- Where a merchant keeps its stores apart, a store sees only its own cards; the office, which asks of none, sees all.
CREATE FUNCTION find_cards(
  p_merchant uuid, p_store uuid, p_code text, p_email text, p_phone text, p_words text[], p_now timestamptz
) RETURNS SETOF json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_rarest text;
  v_customers uuid[];
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  IF p_code IS NOT NULL THEN
    -- The code of a merged card opens the one that goes on in its place, until that one is replaced.
    RETURN QUERY
    SELECT card_state(p_merchant, p_store, c.id, NULL, NULL, NULL, p_now)
    FROM cards c
    WHERE c.merchant_id = p_merchant AND (p_store IS NULL OR c.scope_store_id IS NULL OR c.scope_store_id = p_store)
      AND c.id = (SELECT card_in_use(p_merchant, o.id) FROM cards o
                  WHERE o.merchant_id = p_merchant AND o.code = p_code)
      AND NOT EXISTS (SELECT FROM retired_codes r WHERE r.merchant_id = p_merchant AND r.code = p_code);
    RETURN;
  END IF;
  -- The word that begins the fewest names leads: the others are only looked up for those.
  SELECT prefix.word INTO v_rarest
  FROM unnest(p_words) AS prefix(word)
  CROSS JOIN LATERAL (
    SELECT count(*) AS names
    FROM (SELECT FROM customer_words w
          WHERE w.merchant_id = p_merchant
            AND w.word >= prefix.word COLLATE "C" AND w.word < (prefix.word || U&'\+10FFFF') COLLATE "C"
          LIMIT 300) known) counted
  ORDER BY counted.names, prefix.word LIMIT 1;
  v_customers := ARRAY(
    SELECT cu.id FROM customers cu WHERE cu.merchant_id = p_merchant AND cu.email_norm = p_email
    UNION
    -- Numbers are kept backward: this one ends with the digits asked for, or, asked for whole, is the number itself.
    (SELECT cu.id FROM customers cu
     WHERE cu.merchant_id = p_merchant AND cu.phone_norm >= p_phone AND cu.phone_norm < p_phone || ':'
     LIMIT 100)
    UNION
    (SELECT w.customer_id
     FROM customer_words w
     WHERE w.merchant_id = p_merchant
       AND w.word >= v_rarest COLLATE "C" AND w.word < (v_rarest || U&'\+10FFFF') COLLATE "C"
       AND NOT EXISTS (
         SELECT FROM unnest(p_words) AS prefix(word)
         WHERE NOT EXISTS (
           SELECT FROM customer_words o
           WHERE o.merchant_id = p_merchant AND o.customer_id = w.customer_id
             AND o.word >= prefix.word COLLATE "C" AND o.word < (prefix.word || U&'\+10FFFF') COLLATE "C"))
     LIMIT 100));
  RETURN QUERY
  SELECT card_state(p_merchant, p_store, found.id, NULL, NULL, NULL, p_now)
  FROM (
    SELECT c.id
    FROM cards c
    WHERE c.merchant_id = p_merchant AND (p_store IS NULL OR c.scope_store_id IS NULL OR c.scope_store_id = p_store)
      AND c.state IN ('active', 'deactivated')
      AND c.id = ANY (ARRAY(
        SELECT o.id FROM cards o
        WHERE o.merchant_id = p_merchant AND o.customer_id = ANY (v_customers) AND o.state IN ('active', 'deactivated')
        UNION
        SELECT card_in_use(p_merchant, o.id) FROM cards o
        WHERE o.merchant_id = p_merchant AND o.customer_id = ANY (v_customers) AND o.merged_into_id IS NOT NULL))
    ORDER BY c.state, c.last_activity_at DESC, c.id DESC
    LIMIT 5
  ) found;
END $$;
