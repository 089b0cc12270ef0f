-- Rewards are handed over only where the card works, where the policy allows it, and where the reward is offered or was
-- promised.
CREATE FUNCTION refuse_elsewhere() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM cards c
    JOIN policies p ON p.merchant_id = c.merchant_id
    WHERE c.merchant_id = NEW.merchant_id AND c.id = NEW.card_id
      AND (c.scope_store_id IS NULL OR c.scope_store_id = NEW.store_id)
      AND (p.allow_cross_location_redemption OR c.store_id = NEW.store_id)
      AND (NOT EXISTS (SELECT FROM reward_stores s WHERE s.merchant_id = NEW.merchant_id AND s.reward_id = NEW.reward_id)
           OR EXISTS (SELECT FROM reward_stores s WHERE s.merchant_id = NEW.merchant_id
                      AND s.reward_id = NEW.reward_id AND s.store_id = NEW.store_id)
           OR EXISTS (SELECT FROM holds h
                      WHERE h.merchant_id = NEW.merchant_id AND h.id = NEW.hold_id AND h.store_id = NEW.store_id
                        AND NOT h.is_allowance))
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'This cannot be redeemed at this store.'
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'redeemed_at_allowed_store', TABLE = 'transactions';
END $$;
