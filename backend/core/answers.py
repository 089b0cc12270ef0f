"""Answers kept under the keys of their requests, in the transaction of what they tell."""

from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.idempotency import IdempotencyKeyReused, Key, NothingUnderThisKey, Reply, state_of
from backend.core.models import StoredAnswer

FIRST_ANSWER = "SELECT first_answer($1, $2)"
ANSWER_STATUS = "SELECT * FROM answer_status($1, $2)"
KEEP_ANSWER = "SELECT keep_answer($1, $2)"


class AnswerState(msgspec.Struct, frozen=True):
    """The first answer to a key."""

    fingerprint: str
    status: int
    body: str
    transaction_id: UUID | None
    """The line of history that has the key; None when nothing was booked, or what leaves no line."""

    def reply(self, key: Key) -> Reply:
        """Raises IdempotencyKeyReused when it answered something else."""
        if self.fingerprint != key.fingerprint:
            state = state_of(self.status)
            problem = IdempotencyKeyReused if state == "booked" else NothingUnderThisKey
            raise problem(key.value, state, self.transaction_id)
        return Reply(self.status, self.body.encode(), replayed=True)


class AnswerRow(msgspec.Struct, frozen=True):
    """As the statements `book` and `keep_answer` take it."""

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
    """What the key was answered with, and the line of history it booked: known for ever."""
    status, transaction_id = await pool.fetchrow(ANSWER_STATUS, merchant_id, key)
    return status, transaction_id


async def keep_answer(pool: asyncpg.Pool, merchant_id: UUID, answer: AnswerRow) -> bool:
    """In a transaction of its own; False when the key was answered meanwhile."""
    kept: bool = await pool.fetchval(KEEP_ANSWER, merchant_id, msgspec.json.encode(answer).decode())
    return kept


async def first_answer(session: AsyncSession, merchant_id: UUID, key: Key) -> Reply | None:
    """Raises IdempotencyKeyReused."""
    document = await session.scalar(select(cast(func.first_answer(merchant_id, key.value), Text)))
    return msgspec.json.decode(document, type=AnswerState).reply(key) if document else None


def add_answer(session: AsyncSession, merchant_id: UUID, key: Key, reply: Reply, at: datetime) -> None:
    """A twin that was quicker is an IntegrityError when the session writes."""
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
