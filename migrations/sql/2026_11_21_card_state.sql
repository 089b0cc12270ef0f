-- A card with everything that decides about it, read in one snapshot. Facts only: no rule is in here.
-- p_transaction: the transaction to take back (then p_card may be null). p_key: the request's idempotency key.
CREATE FUNCTION card_state(
  p_merchant uuid, p_store uuid, p_card uuid, p_transaction uuid, p_key text, p_now timestamptz
) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  IF p_transaction IS NOT NULL THEN
    SELECT t.card_id INTO p_card FROM transactions t WHERE t.merchant_id = p_merchant AND t.id = p_transaction;
  END IF;
  RETURN (
    SELECT json_build_object(
      'card', row_to_json(c),
      'enrolled_store', json_build_object('id', es.id, 'code', es.code, 'name', es.name),
      'customer', row_to_json(cu),
      'lots', (SELECT coalesce(json_agg(row_to_json(l) ORDER BY l.id), '[]')
               FROM lots l WHERE l.merchant_id = p_merchant AND l.card_id = p_card AND l.remaining > 0),
      -- The last stamps, newest first; more than a day of any time zone.
      'stamped_at', (SELECT coalesce(json_agg(t.recorded_at ORDER BY t.recorded_at DESC), '[]')
                     FROM transactions t
                     WHERE t.merchant_id = p_merchant AND t.card_id = p_card
                       AND t.seq > c.last_seq - 400 AND t.kind = 'earned' AND t.unit = 'stamps'
                       AND t.recorded_at > p_now - interval '2 days'
                       AND NOT EXISTS (SELECT FROM transactions v
                                       WHERE v.merchant_id = p_merchant AND v.voids_id = t.id)),
      'redeemed_counts', (SELECT coalesce(json_object_agg(x.reward_id, x.times), '{}')
                          FROM (SELECT t.reward_id, count(*) AS times
                                FROM rewards r
                                JOIN transactions t
                                  ON t.merchant_id = p_merchant AND t.card_id = p_card AND t.reward_id = r.id
                                WHERE r.merchant_id = p_merchant AND r.limit_per_card IS NOT NULL
                                  AND t.kind = 'redeemed'
                                  AND NOT EXISTS (SELECT FROM transactions v
                                                  WHERE v.merchant_id = p_merchant AND v.voids_id = t.id)
                                GROUP BY t.reward_id) x),
      'setup', till_setup(p_merchant, p_store),
      'answer', (SELECT json_build_object('fingerprint', encode(a.fingerprint, 'hex'), 'status', a.status,
                                          'body', a.body)
                 FROM stored_answers a WHERE a.merchant_id = p_merchant AND a.key = p_key),
      'target', (SELECT json_build_object(
                   'transaction', row_to_json(t),
                   'is_voided', EXISTS (SELECT FROM transactions v
                                        WHERE v.merchant_id = p_merchant AND v.voids_id = t.id),
                   'reward', (SELECT r.name FROM rewards r WHERE r.merchant_id = p_merchant AND r.id = t.reward_id),
                   'points_numerator', tv.points_numerator, 'points_denominator', tv.points_denominator,
                   'granted', (SELECT row_to_json(l) FROM lots l
                               WHERE l.merchant_id = p_merchant AND l.transaction_id = t.id),
                   'granted_expired', (SELECT coalesce(sum(a.amount), 0) FROM lots l
                                       JOIN allocations a ON a.merchant_id = p_merchant AND a.lot_id = l.id
                                       JOIN transactions e ON e.merchant_id = p_merchant AND e.id = a.transaction_id
                                       WHERE l.merchant_id = p_merchant AND l.transaction_id = t.id
                                         AND e.kind = 'expired'),
                   'taken', (SELECT coalesce(json_agg(json_build_object('amount', a.amount, 'lot', row_to_json(l))
                                                      ORDER BY l.id), '[]')
                             FROM allocations a
                             JOIN lots l ON l.merchant_id = a.merchant_id AND l.id = a.lot_id
                             WHERE a.merchant_id = p_merchant AND a.transaction_id = t.id
                               AND l.transaction_id <> t.id))
                 FROM transactions t
                 JOIN terms_versions tv ON tv.merchant_id = t.merchant_id AND tv.program_id = t.program_id
                   AND tv.version = t.terms_version
                 WHERE t.merchant_id = p_merchant AND t.id = p_transaction))
    FROM cards c
    JOIN stores es ON es.merchant_id = c.merchant_id AND es.id = c.store_id
    LEFT JOIN customers cu ON cu.merchant_id = c.merchant_id AND cu.id = c.customer_id
    WHERE c.merchant_id = p_merchant AND c.id = p_card
  );
END $$;
