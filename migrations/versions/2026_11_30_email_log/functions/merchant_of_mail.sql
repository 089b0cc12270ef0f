-- Whose mail it is, for the platform's own people and for what providers report; null when no merchant has it. Looks with
-- each merchant's eyes in turn: no statement sees the rows of two.
CREATE FUNCTION merchant_of_mail(p_mail uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT m.id FROM merchants m LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    IF EXISTS (SELECT FROM email_logs e WHERE e.merchant_id = v_merchant AND e.id = p_mail) THEN
      RETURN v_merchant;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
