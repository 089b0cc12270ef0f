-- The digest of an audit entry, over the digest before it and every column that has a value, by its name: a column that is
-- added later changes no digest of an older entry. Times are microseconds, so that no time zone changes them either.
CREATE FUNCTION audit_digest(p_entry jsonb, p_recorded_at timestamptz, p_previous bytea) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(coalesce(p_previous, ''::bytea) || convert_to(jsonb_object_agg(c.key, c.value)::text, 'UTF8'))
  FROM jsonb_each(
    p_entry - '{digest,previous_digest}'::text[]
    || jsonb_build_object('recorded_at', (extract(epoch FROM p_recorded_at) * 1000000)::bigint)) AS c
  WHERE c.value <> 'null'
$$;
