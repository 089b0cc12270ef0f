-- From now on nothing that was handed out for this card opens anything: page, save link, pass file, and the token and serial
-- number by which phones know its Apple pass. Who adds the pass anew gets new ones.
CREATE FUNCTION end_card_links(p_merchant uuid, p_card uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  UPDATE cards c SET page_version = c.page_version + 1 WHERE c.merchant_id = p_merchant AND c.id = p_card;
  DELETE FROM apple_passes a WHERE a.merchant_id = p_merchant AND a.card_id = p_card;
  UPDATE wallet_links l SET saved_by_user = false WHERE l.merchant_id = p_merchant AND l.card_id = p_card;
END $$;
