-- A person is welcomed once, whichever of their addresses they enroll with. Two at once pass here one after the other.
CREATE FUNCTION refuse_second_welcome() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  v_customer uuid;
  v_scope uuid;
  v_person uuid[];
BEGIN
  SELECT c.customer_id, c.scope_store_id INTO v_customer, v_scope
  FROM cards c WHERE c.merchant_id = NEW.merchant_id AND c.id = NEW.card_id;
  v_person := person_customers(NEW.merchant_id, v_customer);
  PERFORM FROM customers cu
  WHERE cu.merchant_id = NEW.merchant_id AND cu.id = ANY (v_person) ORDER BY cu.id FOR NO KEY UPDATE;
  IF is_welcomed(NEW.merchant_id, v_person, v_scope) THEN
    RAISE EXCEPTION 'This person has been welcomed before.'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'one_welcome', TABLE = 'transactions';
  END IF;
  RETURN NEW;
END $$;
