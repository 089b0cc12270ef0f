-- From now on nothing that was handed out for this card, or for one that was merged into it and leads on to it, opens anything:
-- page, save link, pass file, and the token and serial number by which phones know its Apple pass. Who adds the pass anew
-- gets new ones.
CREATE FUNCTION end_card_links(p_merchant uuid, p_card uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  v_cards uuid[];
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  v_cards := card_family(p_merchant, p_card);
  UPDATE cards c SET page_version = c.page_version + 1, wallet_version = c.wallet_version + 1
  WHERE c.merchant_id = p_merchant AND c.id = ANY (v_cards);
  DELETE FROM apple_passes a WHERE a.merchant_id = p_merchant AND a.card_id = ANY (v_cards);
  UPDATE wallet_links l SET saved_by_user = false WHERE l.merchant_id = p_merchant AND l.card_id = ANY (v_cards);
END $$;
