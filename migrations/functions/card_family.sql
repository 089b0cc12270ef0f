-- A card with all that were merged into it, over any number of merges.
-- Runs inside statements that have set app.merchant_id.
CREATE FUNCTION card_family(p_merchant uuid, p_card uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
  -- Nearly no card ever was: those are spared the walk.
  IF NOT EXISTS (SELECT FROM cards c WHERE c.merchant_id = p_merchant AND c.merged_into_id = p_card) THEN
    RETURN ARRAY[p_card];
  END IF;
  RETURN ARRAY(
    WITH RECURSIVE family AS (
      SELECT p_card AS id
      UNION ALL
      SELECT c.id FROM family JOIN cards c ON c.merchant_id = p_merchant AND c.merged_into_id = family.id
    )
    SELECT id FROM family
  );
END $$;
