-- A card with everything that decides about it, read in one snapshot. Facts only: no rule is in here.
-- p_transaction or p_reference: what to take back (then p_card may be null). A return is undone with all its lines. A
-- reference, folded, is looked for at the asking store first, also one that is taken back already; of each kind it is the
-- booking that has it now, or the one that had it last. p_store may be null: then the card is seen from its own store.
-- p_key: the request's idempotency key.
CREATE FUNCTION card_state(
  p_merchant uuid, p_store uuid, p_card uuid, p_transaction uuid, p_reference text, p_key text, p_now timestamptz
) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_targets uuid[];
  v_live uuid[];
  v_stores int := 0;
  v_cards uuid[];
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  IF p_transaction IS NOT NULL THEN
    SELECT array_agg(o.id ORDER BY o.seq) INTO v_targets
    FROM transactions t
    JOIN transactions o
      ON o.merchant_id = t.merchant_id AND o.card_id = t.card_id AND o.seq BETWEEN t.seq - 9 AND t.seq + 9
    WHERE t.merchant_id = p_merchant AND t.id = p_transaction
      AND (o.id = t.id OR t.kind = 'voided' AND o.kind = 'voided' AND o.recorded_at = t.recorded_at);
  ELSIF p_reference IS NOT NULL THEN
    WITH known AS (
      SELECT DISTINCT ON (r.store_id, r.kind) r.transaction_id, r.store_id, r.is_live
      FROM order_references r
      WHERE r.merchant_id = p_merchant AND r.folded = p_reference
      ORDER BY r.store_id, r.kind, r.is_live DESC, r.transaction_id DESC
    ), chosen AS (
      SELECT k.* FROM known k
      WHERE k.store_id = p_store
         OR NOT EXISTS (SELECT FROM known o WHERE o.store_id = p_store)
            AND (k.is_live OR NOT EXISTS (SELECT FROM known o WHERE o.is_live))
    )
    SELECT array_agg(c.transaction_id ORDER BY c.is_live DESC, c.transaction_id),
           array_agg(c.transaction_id) FILTER (WHERE c.is_live), count(DISTINCT c.store_id)
    INTO v_targets, v_live, v_stores FROM chosen c;
  END IF;
  IF v_targets IS NOT NULL THEN
    SELECT card_in_use(p_merchant, t.card_id) INTO p_card
    FROM transactions t WHERE t.merchant_id = p_merchant AND t.id = v_targets[1];
  END IF;
  v_cards := card_family(p_merchant, p_card);
  RETURN (
    SELECT json_build_object(
      'card', row_to_json(c),
      'enrolled_store', json_build_object('id', es.id, 'code', es.code, 'name', es.name),
      'customer', row_to_json(cu),
      'lots', (SELECT coalesce(json_agg(row_to_json(l) ORDER BY l.id), '[]')
               FROM lots l WHERE l.merchant_id = p_merchant AND l.card_id = p_card AND l.remaining > 0),
      -- The last stamps of this person, newest first, by when they were given: more than a day of any time zone around the
      -- earliest moment a booking may be late by.
      'stamped_at', (SELECT coalesce(json_agg(t.occurred_at ORDER BY t.occurred_at DESC), '[]')
                     FROM cards k
                     JOIN transactions t ON t.merchant_id = p_merchant AND t.card_id = k.id AND t.seq > k.last_seq - 400
                     WHERE k.merchant_id = p_merchant AND k.id = ANY (v_cards) AND t.kind = 'earned' AND t.unit = 'stamps'
                       AND t.occurred_at > p_now - interval '5 days'
                       AND NOT EXISTS (SELECT FROM transactions v
                                       WHERE v.merchant_id = p_merchant AND v.voids_id = t.id AND NOT is_undone(v))),
      -- Pieces of each limited reward this person has had, also on cards merged into this one; returned ones do not count.
      'redeemed_counts', (SELECT coalesce(json_object_agg(x.reward_id, x.pieces), '{}')
                          FROM (SELECT t.reward_id,
                                       sum(CASE t.kind WHEN 'voided' THEN -t.quantity ELSE t.quantity END) AS pieces
                                FROM rewards r
                                JOIN transactions t ON t.merchant_id = p_merchant AND t.reward_id = r.id
                                WHERE r.merchant_id = p_merchant AND r.limit_per_card IS NOT NULL
                                  AND t.card_id = ANY (v_cards)
                                GROUP BY t.reward_id) x),
      'holds', (SELECT coalesce(json_agg(row_to_json(h) ORDER BY h.id), '[]')
                FROM holds h
                WHERE h.merchant_id = p_merchant AND h.card_id = p_card AND h.reserved_at > p_now - interval '1 day'),
      -- Also of rewards that are no longer offered.
      'held_rewards', (SELECT coalesce(json_object_agg(w.id, w.name), '{}')
                       FROM rewards w
                       WHERE w.merchant_id = p_merchant
                         AND w.id IN (SELECT h.reward_id FROM holds h
                                      WHERE h.merchant_id = p_merchant AND h.card_id = p_card
                                        AND h.reserved_at > p_now - interval '1 day')),
      'goes_on_as', CASE WHEN c.merged_into_id IS NOT NULL THEN (
                      SELECT json_build_object(
                        'id', o.id, 'code', o.code,
                        'reversible_until', (SELECT m.reversible_until FROM card_merges m
                                             WHERE m.merchant_id = p_merchant AND m.merged_card_id = p_card
                                               AND m.kept_card_id = o.id AND m.reversed_at IS NULL
                                               AND m.reversible_until > p_now))
                      FROM cards o WHERE o.merchant_id = p_merchant AND o.id = card_in_use(p_merchant, p_card)) END,
      -- Cards this one goes on for, with what their holders know and have shared with this one's.
      'merges', (SELECT coalesce(json_agg(json_build_object(
                    'id', m.id, 'card_id', m.merged_card_id, 'code', o.code, 'merged_at', m.merged_at,
                    'reversible_until', m.reversible_until, 'customer', row_to_json(g), 'shared', m.shared)
                    ORDER BY m.id), '[]')
                 FROM card_merges m
                 JOIN cards o ON o.merchant_id = m.merchant_id AND o.id = m.merged_card_id
                 LEFT JOIN customers g ON g.merchant_id = o.merchant_id AND g.id = o.customer_id
                 WHERE m.merchant_id = p_merchant AND m.kept_card_id = p_card AND m.reversed_at IS NULL),
      'passes', (SELECT coalesce(json_agg(json_build_object(
                    'provider', w.provider, 'status', w.status, 'saved_by_user', w.saved_by_user)), '[]')
                 FROM wallet_links w WHERE w.merchant_id = p_merchant AND w.card_id = p_card),
      'limits', (SELECT coalesce(json_agg(row_to_json(f) ORDER BY f.id), '[]')
                 FROM fraud_limits f WHERE f.merchant_id = p_merchant),
      'setup', till_setup(p_merchant, coalesce(p_store, c.store_id), p_now),
      'answer', (SELECT json_build_object('fingerprint', encode(a.fingerprint, 'hex'), 'status', a.status,
                                          'body', a.body,
                                          'transaction_id', (SELECT t.id FROM transactions t
                                                             WHERE t.merchant_id = p_merchant
                                                               AND t.idempotency_key = p_key))
                 FROM stored_answers a WHERE a.merchant_id = p_merchant AND a.key = p_key),
      -- In force at some time since the earliest moment a booking may be late by.
      'past_terms', (SELECT coalesce(json_agg(row_to_json(v) ORDER BY v.version), '[]')
                     FROM programs g
                     JOIN terms_versions v
                       ON v.merchant_id = g.merchant_id AND v.program_id = g.id AND v.version < g.terms_version
                     JOIN terms_versions n
                       ON n.merchant_id = v.merchant_id AND n.program_id = v.program_id AND n.version = v.version + 1
                     WHERE g.merchant_id = p_merchant AND n.published_at > p_now - interval '4 days'),
      'targets', (SELECT coalesce(json_agg(void_target(t, p_card) ORDER BY t.id), '[]')
                  FROM transactions t
                  WHERE t.merchant_id = p_merchant AND t.id = ANY (v_targets)
                    AND card_in_use(p_merchant, t.card_id) = p_card),
      'target_stores', v_stores,
      -- Whose an order is that was booked on several cards.
      'target_cards', (SELECT coalesce(json_agg(json_build_object(
                          'id', o.id, 'code', o.code, 'scope_store_id', o.scope_store_id, 'customer', row_to_json(ou))
                          ORDER BY o.id), '[]')
                       FROM cards o
                       LEFT JOIN customers ou ON ou.merchant_id = o.merchant_id AND ou.id = o.customer_id
                       WHERE o.merchant_id = p_merchant
                         AND o.id IN (SELECT card_in_use(p_merchant, t.card_id) FROM transactions t
                                      WHERE t.merchant_id = p_merchant AND t.id = ANY (v_live))))
    FROM cards c
    JOIN stores es ON es.merchant_id = c.merchant_id AND es.id = c.store_id
    LEFT JOIN customers cu ON cu.merchant_id = c.merchant_id AND cu.id = c.customer_id
    WHERE c.merchant_id = p_merchant AND c.id = p_card
  );
END $$;
