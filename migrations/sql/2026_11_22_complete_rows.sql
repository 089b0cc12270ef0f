-- Lines written before returns could be partial took back everything: say so in numbers, then chain every card's history.
DO $$
DECLARE
  v_line transactions;
  v_card uuid;
  v_digest bytea;
BEGIN
  UPDATE transactions t SET quantity = 1 WHERE t.kind = 'redeemed';
  UPDATE transactions v
  SET quantity = s.quantity,
      purchase_amount_cents = coalesce(v.purchase_amount_cents, s.purchase_amount_cents),
      reversed_points = CASE WHEN s.kind = 'earned' AND s.unit = 'points' THEN s.amount END
  FROM transactions s WHERE s.merchant_id = v.merchant_id AND s.id = v.voids_id;
  FOR v_line IN SELECT * FROM transactions ORDER BY merchant_id, card_id, seq LOOP
    IF v_card IS DISTINCT FROM v_line.card_id THEN
      v_card := v_line.card_id;
      v_digest := NULL;
    END IF;
    v_digest := chain_digest(v_digest, v_line);
    UPDATE transactions SET digest = v_digest WHERE merchant_id = v_line.merchant_id AND id = v_line.id;
    UPDATE cards SET last_digest = v_digest WHERE merchant_id = v_line.merchant_id AND id = v_card;
  END LOOP;
END $$;
