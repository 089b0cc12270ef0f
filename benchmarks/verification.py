"""Verifies after the measurement that each answer has a row, each row an answer, and that balances match histories."""

import asyncpg

from benchmarks.data import CARDS

BOOKED = "SELECT count(*) FROM transactions WHERE kind <> 'expired'"
KEYS = "SELECT count(*) FROM stored_answers"
EVENTS = "SELECT count(*) FROM events WHERE name <> 'points_expired'"
WRONG_BALANCES = """
SELECT count(*) FROM cards c
WHERE c.points_balance - c.debt_points IS DISTINCT FROM
        (SELECT sum(t.amount)::bigint FROM transactions t WHERE t.merchant_id = c.merchant_id AND t.card_id = c.id)
   OR c.points_balance IS DISTINCT FROM
        (SELECT sum(l.remaining)::bigint FROM lots l WHERE l.merchant_id = c.merchant_id AND l.card_id = c.id)
   OR c.last_seq IS DISTINCT FROM
        (SELECT count(*)::int FROM transactions t WHERE t.merchant_id = c.merchant_id AND t.card_id = c.id)
"""


class VerificationFailed(Exception):
    """The database does not contain what was measured."""


async def verify(url: str, acknowledged: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        booked = await connection.fetchval(BOOKED) - CARDS
        keys, events = await connection.fetchval(KEYS), await connection.fetchval(EVENTS)
        wrong = await connection.fetchval(WRONG_BALANCES)
    finally:
        await connection.close()
    if not booked == keys == events == acknowledged:
        raise VerificationFailed(
            f"{acknowledged} earns were answered, {booked} booked, {keys} keys kept, {events} events recorded"
        )
    if wrong:
        raise VerificationFailed(f"{wrong} cards have a balance that their history does not give")
