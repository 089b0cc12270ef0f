-- Whether a return has been undone: then it counts nowhere. Runs inside statements that have set app.merchant_id.
CREATE FUNCTION is_undone(v transactions) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM transactions u WHERE u.merchant_id = v.merchant_id AND u.voids_id = v.id)
$$;
