-- Whose mails they are, for the platform's own people and for what providers report; without those that no merchant has.
-- Looks with each merchant's eyes in turn: no statement sees the rows of two.
CREATE FUNCTION merchants_of_mails(p_mails uuid[]) RETURNS TABLE (mail_id uuid, merchant_id uuid)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT m.id FROM merchants m LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY SELECT e.id, e.merchant_id FROM email_logs e WHERE e.merchant_id = v_merchant AND e.id = ANY (p_mails);
  END LOOP;
END $$;
