-- Not even the owner of the tables changes what is written. Personal remarks may be emptied, and the lines of a customer
-- who is marked as test removed, nothing else.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  v_card uuid;
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'transactions' THEN
    IF to_jsonb(OLD) - '{notes,reason,ip,user_agent}'::text[] = to_jsonb(NEW) - '{notes,reason,ip,user_agent}'::text[]
       AND num_nonnulls(NEW.notes, NEW.reason, NEW.ip, NEW.user_agent) = 0 THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('transactions', 'allocations') THEN
    IF TG_TABLE_NAME = 'transactions' THEN
      v_card := OLD.card_id;
    ELSE
      SELECT t.card_id INTO v_card FROM transactions t
      WHERE t.merchant_id = OLD.merchant_id AND t.id = OLD.transaction_id;
    END IF;
    IF EXISTS (SELECT FROM cards c JOIN customers cu ON cu.merchant_id = c.merchant_id AND cu.id = c.customer_id
               WHERE c.merchant_id = OLD.merchant_id AND c.id = v_card AND cu.is_test) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'Lines of % are never changed or removed.', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
END $$;
