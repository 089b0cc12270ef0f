"""The outbox relay: claims due messages and runs their pending reactions, each in its own transaction.

`outbox_bulk.py` is the relay of events that are recorded by the thousand.
"""

import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Row, Update, delete, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.leases import LEASE, renewing
from backend.core.models import IS_PROMPT, Event, OutboxMessage
from environment.tracing.switch import tracing

BATCH = 50
TRIES = 12
PAUSE_MAX = timedelta(hours=1)

Reaction = Callable[[AsyncSession, Event], Awaitable[None]]
Reactions = Mapping[str, Sequence[Reaction]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    id: UUID
    merchant_id: UUID
    event_name: str
    attempts: int
    done: frozenset[str]
    traceparent: str | None = None


async def relay(sessions: Sessions, reactions: Reactions, now: datetime, *, until: float = math.inf) -> int:
    """Processes at most BATCH due messages and returns how many. Safe to run repeatedly and in parallel.

    `until`: on the monotonic clock. Messages that have not begun by then are given back, which costs them no try.
    """
    claimed = await claim_messages(sessions, IS_PROMPT, now, BATCH)
    async with held(sessions, claimed):
        for position, message in enumerate(claimed):
            if time.monotonic() >= until:
                await _give_back(sessions, claimed[position:], now)
                return position
            await _react(sessions, reactions.get(message.event_name, ()), message, now)
    return len(claimed)


async def _give_back(sessions: Sessions, messages: Sequence[ClaimedMessage], now: datetime) -> None:
    given_back = update(OutboxMessage).where(_are(messages))
    async with sessions.committing() as session:
        await session.execute(given_back.values(available_at=now, attempts=OutboxMessage.attempts - 1))


def _are(messages: Sequence[ClaimedMessage]) -> ColumnElement[bool]:
    """Still as they were claimed: a claim of another worker since has raised `attempts`."""
    return tuple_(OutboxMessage.id, OutboxMessage.attempts).in_([(each.id, each.attempts) for each in messages])


async def claim_messages(sessions: Sessions, condition: str, now: datetime, limit: int) -> list[ClaimedMessage]:
    """`condition`: that of an index, `IS_PROMPT` or `IS_BULK`."""
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.available_at <= now, OutboxMessage.dead_at.is_(None), text(condition))
        .order_by(OutboxMessage.available_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    lease = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(due))
        .values(available_at=now + LEASE, attempts=OutboxMessage.attempts + 1)
        .returning(
            OutboxMessage.id,
            OutboxMessage.merchant_id,
            OutboxMessage.event_name,
            OutboxMessage.attempts,
            OutboxMessage.reactions_done,
            OutboxMessage.traceparent,
        )
    )
    async with sessions.committing() as session:
        rows = (await session.execute(lease)).all()
    return [
        ClaimedMessage(row[0], row[1], row[2], row[3], frozenset(row[4]), row[5]) for row in sorted(rows, key=_event_id)
    ]


def held(sessions: Sessions, messages: Sequence[ClaimedMessage]) -> AbstractAsyncContextManager[None]:
    """Keeps the leases of messages that are worked on. What a reaction has locked nobody else takes anyway."""

    async def renew() -> None:
        until = clock.now() + LEASE
        left = select(OutboxMessage.id).where(_are(messages), OutboxMessage.available_at < until)
        renewed = update(OutboxMessage).where(OutboxMessage.id.in_(left.with_for_update(skip_locked=True)))
        async with sessions.committing() as session:
            await session.execute(renewed.values(available_at=until))

    return renewing("outbox", renew)


def _event_id(row: Row[Any]) -> UUID:
    """In the order in which the events were recorded."""
    event_id: UUID = row[0]
    return event_id


async def _react(sessions: Sessions, reactions: Sequence[Reaction], message: ClaimedMessage, now: datetime) -> None:
    failures = [
        failure
        for reaction in reactions
        if reaction.__name__ not in message.done and (failure := await _run_traced(sessions, reaction, message))
    ]
    async with sessions.committing() as session:
        if failures:
            await session.execute(postponed(message, failures, now))
        else:
            await session.execute(delete(OutboxMessage).where(OutboxMessage.id == message.id))


async def _run_traced(sessions: Sessions, reaction: Reaction, message: ClaimedMessage) -> str | None:
    """As `_run`, in the trace of the request that recorded the event."""
    with tracing().continued(message.traceparent, reaction.__name__, event=message.event_name):
        return await _run(sessions, reaction, message)


async def _run(sessions: Sessions, reaction: Reaction, message: ClaimedMessage) -> str | None:
    """Runs the reaction and records it as done in one transaction. Returns the reason when it failed."""
    try:
        async with sessions.committing(message.merchant_id) as session:
            if not await _lock_pending(session, reaction, message):
                return None
            event = await session.get_one(Event, (message.merchant_id, message.id))
            await reaction(session, event)
            await session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == message.id)
                .values(reactions_done=OutboxMessage.reactions_done.op("||")([reaction.__name__]))
            )
    except Exception as error:
        tracing().note_failure(error)
        log.exception("reaction_failed", reaction=reaction.__name__, event_id=str(message.id))
        return f"{reaction.__name__}: {type(error).__name__}"
    return None


async def _lock_pending(session: AsyncSession, reaction: Reaction, message: ClaimedMessage) -> bool:
    """Locks the message and returns whether the reaction is pending: after the lease another worker may have run it."""
    done = await session.scalar(
        select(OutboxMessage.reactions_done).where(OutboxMessage.id == message.id).with_for_update()
    )
    return done is not None and reaction.__name__ not in done


def postponed(message: ClaimedMessage, failures: list[str], now: datetime) -> Update:
    """Nothing when somebody else has claimed it since, or it was parked and released."""
    is_dead = message.attempts >= TRIES
    pause = min(PAUSE_MAX, timedelta(seconds=2**message.attempts))
    return (
        update(OutboxMessage)
        .where(_are([message]))
        .values(last_error="; ".join(failures), available_at=now + pause, dead_at=now if is_dead else None)
    )
