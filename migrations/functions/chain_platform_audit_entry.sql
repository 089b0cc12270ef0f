-- As chain_audit_entry, for the entries of the platform, which have one head.
CREATE FUNCTION chain_platform_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO platform_audit_heads AS h (id, seq) VALUES (1, 1)
  ON CONFLICT (id) DO UPDATE SET seq = h.seq + 1
  RETURNING h.seq, h.digest INTO NEW.seq, NEW.previous_digest;
  NEW.digest := audit_digest(to_jsonb(NEW), NEW.recorded_at, NEW.previous_digest);
  UPDATE platform_audit_heads SET digest = NEW.digest WHERE id = 1;
  RETURN NEW;
END $$;
