-- As chain_audit_entry, for the entries of the platform, which have one head.
CREATE FUNCTION chain_platform_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  SELECT h.seq + 1, h.digest INTO NEW.seq, NEW.previous_digest
  FROM platform_audit_heads h WHERE h.id = 1 FOR UPDATE;
  IF NOT FOUND THEN
    -- The first one waits here for a simultaneous first one, and goes on from it.
    INSERT INTO platform_audit_heads AS h (id, seq) VALUES (1, 0)
    ON CONFLICT (id) DO UPDATE SET seq = h.seq
    RETURNING h.seq + 1, h.digest INTO NEW.seq, NEW.previous_digest;
  END IF;
  NEW.digest := audit_digest(to_jsonb(NEW), NEW.recorded_at, NEW.previous_digest);
  UPDATE platform_audit_heads SET seq = NEW.seq, digest = NEW.digest WHERE id = 1;
  RETURN NEW;
END $$;
