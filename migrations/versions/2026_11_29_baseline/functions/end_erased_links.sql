-- Whoever erases a card ends its links: page, save link and pass file open nothing any more, and its passes are behind.
CREATE FUNCTION end_erased_links() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.page_version := OLD.page_version + 1;
  NEW.wallet_version := OLD.wallet_version + 1;
  RETURN NEW;
END $$;
