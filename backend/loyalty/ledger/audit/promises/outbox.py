"""Events of what was booked."""

from backend.loyalty.ledger.audit.promises.promise import Promise

# A welcome bonus comes with the card, and a transfer with the merge: their events are told of those.
OUTBOX = Promise(
    "I8",
    "what waits in the outbox has happened, and what was booked lately is told by an event",
    """
    SELECT NULLIF(e.data ->> 'card_id', '')::uuid AS card_id,
           jsonb_build_object('event', o.id, 'event_name', o.event_name, 'known_as', e.name) AS facts
    FROM outbox o LEFT JOIN events e ON e.merchant_id = o.merchant_id AND e.id = o.id
    WHERE o.merchant_id = $1
      AND (e.id IS NULL OR e.name <> o.event_name
           OR e.data ? 'transaction_id' AND NOT EXISTS (
                SELECT FROM transactions t
                WHERE t.merchant_id = $1 AND t.id = (e.data ->> 'transaction_id')::uuid
                  AND t.card_id = (e.data ->> 'card_id')::uuid))
    UNION ALL
    SELECT t.card_id, jsonb_build_object('transaction', t.id, 'kind', t.kind, 'event', NULL)
    FROM transactions t
    WHERE t.merchant_id = $1 AND t.id >= $2 AND t.kind NOT IN ('welcome_bonus', 'transferred')
      AND NOT EXISTS (
        SELECT FROM events e
        WHERE e.merchant_id = $1 AND e.id >= $3 AND e.data ->> 'transaction_id' = t.id::text)
    """,
)
"""$2: lines from this id on; $3: events from this id on, a little earlier."""
