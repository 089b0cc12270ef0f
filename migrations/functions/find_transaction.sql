-- One transaction with the names beside it; null for an unknown one.
CREATE FUNCTION find_transaction(p_merchant uuid, p_transaction uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (SELECT history_line(t) FROM transactions t WHERE t.merchant_id = p_merchant AND t.id = p_transaction);
END $$;
