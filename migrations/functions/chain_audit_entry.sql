-- Numbers an audit entry of a merchant and chains it to the one before. Runs as the owner of the tables, because the
-- application may not write the head. The head stays locked until the transaction ends, so that entries of a merchant are
-- numbered in the order of their commits, without a gap.
CREATE FUNCTION chain_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  SELECT h.seq + 1, h.digest INTO NEW.seq, NEW.previous_digest
  FROM audit_heads h WHERE h.merchant_id = NEW.merchant_id FOR UPDATE;
  IF NOT FOUND THEN
    -- The first one waits here for a simultaneous first one, and goes on from it.
    INSERT INTO audit_heads AS h (merchant_id, seq) VALUES (NEW.merchant_id, 0)
    ON CONFLICT (merchant_id) DO UPDATE SET seq = h.seq
    RETURNING h.seq + 1, h.digest INTO NEW.seq, NEW.previous_digest;
  END IF;
  NEW.digest := audit_digest(to_jsonb(NEW), NEW.recorded_at, NEW.previous_digest);
  UPDATE audit_heads SET seq = NEW.seq, digest = NEW.digest WHERE merchant_id = NEW.merchant_id;
  RETURN NEW;
END $$;
