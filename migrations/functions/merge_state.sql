-- A merge, whether the merged card's code is refused since the other one was replaced, and the lots of the merged card, and
-- of those it goes on for, from which the other card has something left.
CREATE FUNCTION merge_state(p_merchant uuid, p_merge uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    WITH RECURSIVE theirs AS (
      SELECT m.merged_card_id AS id FROM card_merges m WHERE m.merchant_id = p_merchant AND m.id = p_merge
      UNION ALL
      SELECT c.id FROM theirs JOIN cards c ON c.merchant_id = p_merchant AND c.merged_into_id = theirs.id
    )
    SELECT json_build_object(
      'merge', row_to_json(m),
      'is_code_retired', EXISTS (SELECT FROM cards c
                                 JOIN retired_codes r ON r.merchant_id = c.merchant_id AND r.code = c.code
                                 WHERE c.merchant_id = p_merchant AND c.id = m.merged_card_id),
      'lots', (SELECT coalesce(json_agg(row_to_json(o) ORDER BY o.id), '[]')
               FROM lots o
               WHERE o.merchant_id = p_merchant AND o.card_id IN (SELECT id FROM theirs)
                 AND o.id IN (SELECT l.from_lot_id FROM lots l
                              WHERE l.merchant_id = p_merchant AND l.card_id = m.kept_card_id AND l.remaining > 0)))
    FROM card_merges m WHERE m.merchant_id = p_merchant AND m.id = p_merge
  );
END $$;
