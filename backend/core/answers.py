"""Stored answers: the response to an idempotency key, written in the same transaction as the change."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import Text, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.core.idempotency import IdempotencyKeyReused, Key, NothingUnderThisKey, Reply, state_of
from backend.core.models import StoredAnswer

FIRST_ANSWER = "SELECT first_answer($1, $2)"
ANSWER_STATUS = "SELECT * FROM answer_status($1, $2)"
KEEP_ANSWER = "SELECT keep_answer($1, $2)"

Work = Callable[[AsyncSession], Awaitable[Reply]]


class AnswerState(msgspec.Struct, frozen=True):
    """The stored answer to a key."""

    fingerprint: str
    status: int
    body: str
    transaction_id: UUID | None
    """The transaction with this key; None when the request booked no transaction."""

    def reply(self, key: Key) -> Reply:
        """Raises IdempotencyKeyReused when the stored answer belongs to a different request."""
        if self.fingerprint != key.fingerprint:
            state = state_of(self.status)
            problem = IdempotencyKeyReused if state == "booked" else NothingUnderThisKey
            raise problem(key.value, state, self.transaction_id)
        return Reply(self.status, self.body.encode(), replayed=True)


class AnswerRow(msgspec.Struct, frozen=True):
    """The JSON parameter of the SQL functions `book` and `keep_answer`."""

    key: str
    fingerprint: str
    status: int
    body: str
    created_at: datetime

    @classmethod
    def of(cls, key: Key, reply: Reply, at: datetime) -> Self:
        return cls(key.value, key.fingerprint, reply.status, reply.body.decode(), at)


async def find_answer(pool: asyncpg.Pool, merchant_id: UUID, key: Key) -> Reply | None:
    """Raises IdempotencyKeyReused."""
    document: str | None = await pool.fetchval(FIRST_ANSWER, merchant_id, key.value)
    return msgspec.json.decode(document, type=AnswerState).reply(key) if document else None


async def find_status(pool: asyncpg.Pool, merchant_id: UUID, key: str) -> tuple[int | None, UUID | None]:
    """Status of the stored answer, and the id of the transaction it booked. Transactions keep their keys for ever."""
    status, transaction_id = await pool.fetchrow(ANSWER_STATUS, merchant_id, key)
    return status, transaction_id


async def keep_answer(pool: asyncpg.Pool, merchant_id: UUID, answer: AnswerRow) -> bool:
    """Stores the answer in its own transaction. False when the key has an answer already."""
    is_stored: bool = await pool.fetchval(KEEP_ANSWER, merchant_id, msgspec.json.encode(answer).decode())
    return is_stored


async def first_answer(session: AsyncSession, merchant_id: UUID, key: Key) -> Reply | None:
    """Raises IdempotencyKeyReused."""
    document = await session.scalar(select(cast(func.first_answer(merchant_id, key.value), Text)))
    return msgspec.json.decode(document, type=AnswerState).reply(key) if document else None


async def answer_once(sessions: Sessions, merchant_id: UUID, key: Key | None, now: datetime, work: Work) -> Reply:
    """Does the work in one transaction and stores its answer with it. A repeated request gets that answer again.

    Without a key the work is done each time. Raises IdempotencyKeyReused.
    """
    try:
        async with sessions.committing(merchant_id) as session:
            if key and (answer := await first_answer(session, merchant_id, key)):
                return answer
            reply = await work(session)
            if key:
                add_answer(session, merchant_id, key, reply, now)
            return reply
    except IntegrityError:
        # The same request was answered by another process a moment ago.
        async with sessions.committing(merchant_id) as session:
            answer = await first_answer(session, merchant_id, key) if key else None
        if answer is None:
            raise
        return answer


def add_answer(session: AsyncSession, merchant_id: UUID, key: Key, reply: Reply, at: datetime) -> None:
    """Adds the answer to the session. Its flush raises IntegrityError when the key has an answer already."""
    session.add(
        StoredAnswer(
            merchant_id=merchant_id,
            key=key.value,
            fingerprint=bytes.fromhex(key.fingerprint),
            status=reply.status,
            body=reply.body.decode(),
            created_at=at,
        )
    )
