-- Whether a reward is offered on a day of the merchant, or why not.
CREATE FUNCTION reward_state(
  p_is_active boolean, p_archived_at timestamptz, p_starts_on date, p_ends_on date, p_today date
) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN p_archived_at IS NOT NULL THEN 'archived'
    WHEN NOT p_is_active THEN 'paused'
    WHEN p_starts_on > p_today THEN 'scheduled'
    WHEN p_ends_on < p_today THEN 'ended'
    ELSE 'offered'
  END
$$;
