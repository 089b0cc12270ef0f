-- What is searched of texts by language: all of them, folded.
CREATE FUNCTION search_text(VARIADIC p_texts jsonb[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(folded(string_agg(t.value, ' ' ORDER BY b.position, t.key)), '')
  FROM unnest(p_texts) WITH ORDINALITY b(by_language, position), jsonb_each_text(b.by_language) t
$$;
