-- The card that goes on in place of a merged one; itself when it was never merged.
CREATE FUNCTION card_in_use(p_merchant uuid, p_card uuid) RETURNS uuid
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE chain AS (
    SELECT c.id, c.merged_into_id FROM cards c WHERE c.merchant_id = p_merchant AND c.id = p_card
    UNION ALL
    SELECT c.id, c.merged_into_id FROM chain JOIN cards c ON c.merchant_id = p_merchant AND c.id = chain.merged_into_id
  )
  SELECT chain.id FROM chain WHERE chain.merged_into_id IS NULL
$$;
