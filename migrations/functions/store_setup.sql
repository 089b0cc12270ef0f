-- The setup of one store, for callers outside the till's own statements.
CREATE FUNCTION store_setup(p_merchant uuid, p_store uuid, p_now timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN till_setup(p_merchant, p_store, p_now);
END $$;
