-- Not even the owner of the tables changes what is written. Personal remarks may be emptied, nothing else.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'transactions' THEN
    IF to_jsonb(OLD) - '{notes,reason,ip,user_agent}'::text[] = to_jsonb(NEW) - '{notes,reason,ip,user_agent}'::text[]
       AND num_nonnulls(NEW.notes, NEW.reason, NEW.ip, NEW.user_agent) = 0 THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'Lines of % are never changed or removed.', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
END $$;
