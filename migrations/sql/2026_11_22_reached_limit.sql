-- Of the limits a booking comes under, the one it would exceed for longest; null when it fits into all of them.
-- retry_at: when enough has left the window; null: never, because the booking alone is more than the limit.
CREATE FUNCTION reached_limit(p_merchant uuid, p_limits json, p_now timestamptz) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  RETURN (
    SELECT json_build_object('id', reached.id, 'retry_at', reached.retry_at)
    FROM (
      SELECT l.id, l.maximum, l.wanted, sum(c.amount) AS used,
             (SELECT min(s.recorded_at) + make_interval(mins => l.window_minutes)
              FROM (SELECT o.recorded_at,
                           sum(sum(o.amount)) OVER (ORDER BY o.recorded_at DESC) - sum(o.amount) AS still_counted
                    FROM counted_bookings(p_merchant, l.scope, l.subject_id, l.measure,
                                          p_now - make_interval(mins => l.window_minutes)) o
                    GROUP BY o.recorded_at) s
              WHERE s.still_counted + l.wanted <= l.maximum) AS retry_at
      FROM json_to_recordset(p_limits) AS l(
        id uuid, scope text, subject_id uuid, measure text, window_minutes int, maximum bigint, wanted bigint)
      LEFT JOIN LATERAL counted_bookings(p_merchant, l.scope, l.subject_id, l.measure,
                                         p_now - make_interval(mins => l.window_minutes)) c ON true
      GROUP BY l.id, l.scope, l.subject_id, l.measure, l.window_minutes, l.maximum, l.wanted
    ) reached
    WHERE coalesce(reached.used, 0) + reached.wanted > reached.maximum
    ORDER BY reached.retry_at DESC NULLS FIRST LIMIT 1
  );
END $$;
