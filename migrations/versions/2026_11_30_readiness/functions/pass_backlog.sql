-- How many passes are in the wallets, out of date and refused, by provider. One statement, however many merchants there
-- are, and each look sees one merchant's rows only.
CREATE FUNCTION pass_backlog() RETURNS TABLE (
  provider varchar, active bigint, behind bigint, failed bigint, oldest_at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant uuid;
BEGIN
  FOR v_merchant IN SELECT m.id FROM merchants m ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant::text, true);
    RETURN QUERY
      SELECT l.provider, count(*) FILTER (WHERE l.status = 'active'),
             count(*) FILTER (WHERE l.status = 'active' AND c.wallet_version > l.synced_version),
             count(*) FILTER (WHERE l.status = 'failed'),
             min(l.waiting_since) FILTER (WHERE l.status = 'active' AND c.wallet_version > l.synced_version)
      FROM wallet_links l
      JOIN cards c ON c.merchant_id = v_merchant AND c.id = l.card_id
      WHERE l.merchant_id = v_merchant
      GROUP BY l.provider;
  END LOOP;
END $$;
