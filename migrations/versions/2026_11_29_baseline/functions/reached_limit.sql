-- Of the limits a booking comes under, the one it would exceed for longest; null when it fits into all of them.
-- Of each its happened_at: it must fit into every window that it falls into, so that nothing booked late slips past a limit.
-- retry_at: when enough has left the window; null: never, because the booking alone is more than the limit.
CREATE FUNCTION reached_limit(p_merchant uuid, p_limits json) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  l record;
  v_width interval;
  v_used bigint;
  v_retry_at timestamptz;
  v_reached json;
  v_latest timestamptz := '-infinity';
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  FOR l IN
    SELECT * FROM json_to_recordset(p_limits) AS x(
      id uuid, scope text, subject_id uuid, measure text, window_minutes int, maximum bigint, wanted bigint,
      happened_at timestamptz)
  LOOP
    v_width := make_interval(mins => l.window_minutes);
    SELECT max(w.used) INTO v_used
    FROM (
      SELECT e.at, sum(e.amount) OVER (
               ORDER BY e.at RANGE BETWEEN v_width - interval '1 microsecond' PRECEDING AND CURRENT ROW) AS used
      FROM (
        SELECT l.happened_at AS at, 0 AS amount
        UNION ALL
        SELECT c.happened_at, c.amount
        FROM counted_bookings(p_merchant, l.scope, l.subject_id, l.measure, l.happened_at - v_width) c
        WHERE c.happened_at < l.happened_at + v_width) e) w
    WHERE w.at >= l.happened_at;
    CONTINUE WHEN v_used + l.wanted <= l.maximum;

    SELECT min(s.happened_at) + v_width INTO v_retry_at
    FROM (
      SELECT o.happened_at,
             sum(sum(o.amount)) OVER (ORDER BY o.happened_at DESC) - sum(o.amount) AS still_counted
      FROM counted_bookings(p_merchant, l.scope, l.subject_id, l.measure, l.happened_at - v_width) o
      GROUP BY o.happened_at) s
    WHERE s.still_counted + l.wanted <= l.maximum;
    IF coalesce(v_retry_at, 'infinity') > v_latest THEN
      v_latest := coalesce(v_retry_at, 'infinity');
      v_reached := json_build_object('id', l.id, 'retry_at', v_retry_at);
    END IF;
  END LOOP;
  RETURN v_reached;
END $$;
