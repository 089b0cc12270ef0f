"""The one place that writes bookings: of the till, of offices, of enrollments and of tasks."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import JSON, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.answers import find_status
from backend.loyalty.ledger.booking.rows import Booking, MergeRow
from backend.loyalty.ledger.problems.bookings import AlreadyBooked, OrderReferenceUsed
from backend.loyalty.ledger.problems.cards import CustomerHasCard

BOOK = "SELECT book($1, $2)"
BOOK_EACH = "SELECT book_each($1, $2)"
BOOK_TOGETHER = "SELECT book_together($1, $2, $3)"
# Another transaction has locked the card and ends in a moment.
HELD_UP = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
# What a concurrent booking may have changed first: the state is read again.
MOVED_CONSTRAINTS = {
    "pk_stored_answers",
    "ck_rewards_stock",
    "hold_moved",
    "limit_reached",
    "redeemed_at_allowed_store",
    "cards_moved",
    "code_retired",
    "uq_cards_merchant_id",
}

_encoder = msgspec.json.Encoder()


async def write(pool: asyncpg.Pool, merchant_id: UUID, booking: Booking) -> bool:
    """Writes a booking in a transaction of its own.

    False when the card, the reward's stock or the key has changed since the state was read. Raises OrderReferenceUsed
    or AlreadyBooked.
    """
    key = booking.answer.key if booking.answer else None
    return await _execute(pool, key, BOOK, merchant_id, _document(booking))


async def write_each(pool: asyncpg.Pool, merchant_id: UUID, bookings: Sequence[Booking]) -> set[UUID]:
    """Writes bookings of different cards in one transaction; the cards that were booked.

    Left out are cards that have changed since they were read, and cards that another transaction has locked. Raises
    what the database raises; then none is booked.
    """
    try:
        return set(await pool.fetchval(BOOK_EACH, merchant_id, [_document(booking) for booking in bookings]))
    except HELD_UP:
        return set()


async def write_in_session(session: AsyncSession, merchant_id: UUID, booking: Booking) -> None:
    """Writes the first booking of a card that the session's transaction has made. Raises DBAPIError."""
    # Through text, because the driver would take the string for a JSON string.
    document = cast(cast(_document(booking), Text), JSON)
    result = await session.scalar(select(func.book(merchant_id, document)))
    assert result == "booked", "a card of this transaction cannot have changed"


async def write_together(pool: asyncpg.Pool, merchant_id: UUID, bookings: list[Booking], merge: MergeRow) -> bool:
    """Writes the bookings of two cards that are merged or parted: both or neither. As `write`; and CustomerHasCard."""
    key = next(booking.answer.key for booking in bookings if booking.answer)
    documents = [_document(booking) for booking in bookings]
    return await _execute(pool, key, BOOK_TOGETHER, merchant_id, documents, _encoder.encode(merge).decode())


async def already_booked(pool: asyncpg.Pool, merchant_id: UUID, key: str) -> AlreadyBooked:
    """For a key whose answer is not kept any more; its transaction has the key for ever."""
    _, transaction_id = await find_status(pool, merchant_id, key)
    return AlreadyBooked(key, transaction_id)


async def _execute(pool: asyncpg.Pool, key: str | None, statement: str, merchant_id: UUID, *documents: object) -> bool:
    try:
        result: str = await pool.fetchval(statement, merchant_id, *documents)
    except asyncpg.IntegrityConstraintViolationError as error:
        if error.constraint_name == "uq_order_references_live":
            raise OrderReferenceUsed from error
        if error.constraint_name == "uq_transactions_idempotency_key" and key is not None:
            raise await already_booked(pool, merchant_id, key) from error
        if error.constraint_name == "uq_cards_customer_scope":
            raise CustomerHasCard from error
        if error.constraint_name in MOVED_CONSTRAINTS:
            return False
        raise
    except HELD_UP:
        return False
    return result == "booked"


def _document(booking: Booking) -> str:
    return _encoder.encode(booking).decode()
