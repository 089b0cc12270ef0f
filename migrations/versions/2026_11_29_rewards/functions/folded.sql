-- A text in the form in which it is searched for: without case and accents.
CREATE FUNCTION folded(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT replace(replace(replace(
    regexp_replace(normalize(lower(normalize(p_text, NFKD)), NFKD), U&'[\0300-\036F]', '', 'g'),
    'ß', 'ss'), 'œ', 'oe'), 'æ', 'ae')
$$;
