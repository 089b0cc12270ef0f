-- The digest of a line of history, over the digest before it and everything in the line but personal remarks, which may
-- be erased. A line that was changed, removed or slipped in breaks the chain of its card. The API key is part of it only
-- where one has booked: the digests of earlier lines stay what they were.
CREATE FUNCTION chain_digest(p_before bytea, t transactions) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(coalesce(p_before, ''::bytea) || convert_to(ROW(
    t.merchant_id, t.id, t.card_id, t.seq, t.kind, t.unit, t.amount, t.points_after, t.stamps_after, t.debt_after,
    t.store_id, t.user_id, t.staff_pin_id, t.device_id, t.on_behalf_user_id, t.program_id, t.terms_version,
    t.purchase_amount_cents, t.order_reference, t.reward_id, t.voids_id, t.idempotency_key,
    (extract(epoch FROM t.occurred_at) * 1000000)::bigint, (extract(epoch FROM t.recorded_at) * 1000000)::bigint,
    t.quantity, t.reversed_points, t.hold_id, t.override_user_id)::text
    || coalesce(' by key ' || t.api_key_id::text, ''), 'UTF8'))
$$;
