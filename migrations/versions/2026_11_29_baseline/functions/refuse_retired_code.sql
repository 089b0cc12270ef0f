-- A code that was replaced is nobody's again: who finds the lost card must not come to another's points.
CREATE FUNCTION refuse_retired_code() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM retired_codes r WHERE r.merchant_id = NEW.merchant_id AND r.code = NEW.code) THEN
    RAISE EXCEPTION 'This code was replaced.'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'code_retired', TABLE = 'cards';
  END IF;
  RETURN NEW;
END $$;
