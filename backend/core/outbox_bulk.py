"""The relay of events that are recorded by the thousand: a reaction gets many events of one name and merchant at once.

It is a job of its own, so that the till's events never wait behind a night's batch. Reactions read the state of the
moment in which they run: in which order two events of a card are reacted to decides nothing.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.core.halves import by_halves
from backend.core.models import IS_BULK, Event, OutboxMessage
from backend.core.outbox import ClaimedMessage, claim_messages, held, postponed

BULK_BATCH = 250

BulkReaction = Callable[[AsyncSession, Sequence[Event]], Awaitable[None]]
"""All events have the same name and merchant."""
BulkReactions = Mapping[str, Sequence[BulkReaction]]
Failures = dict[UUID, list[str]]
"""By message."""

log = structlog.get_logger()


async def relay_bulk(sessions: Sessions, reactions: BulkReactions, now: datetime) -> int:
    """Processes at most BULK_BATCH due messages and returns how many. Safe to run repeatedly and in parallel."""
    claimed = await claim_messages(sessions, IS_BULK, now, BULK_BATCH)
    groups: dict[tuple[UUID, str], list[ClaimedMessage]] = defaultdict(list)
    for message in claimed:
        groups[message.merchant_id, message.event_name].append(message)
    async with held(sessions, claimed):
        for (_, name), messages in groups.items():
            failures: Failures = defaultdict(list)
            for reaction in reactions.get(name, ()):
                await _react(sessions, reaction, messages, failures)
            await _end(sessions, messages, failures, now)
    return len(claimed)


async def _react(
    sessions: Sessions, reaction: BulkReaction, messages: Sequence[ClaimedMessage], failures: Failures
) -> None:
    """Messages whose reaction fails are added to `failures`; when a server is away, all of them."""

    def fail(message: ClaimedMessage, error: Exception) -> None:
        log.error("reaction_failed", reaction=reaction.__name__, event_id=str(message.id), exc_info=error)
        failures[message.id].append(f"{reaction.__name__}: {type(error).__name__}")

    pending = [message for message in messages if reaction.__name__ not in message.done]
    try:
        await by_halves(pending, partial(_run, sessions, reaction), fail)
    except Exception as error:
        log.exception("reactions_failed", reaction=reaction.__name__, events=len(pending))
        for message in pending:
            failures[message.id].append(f"{reaction.__name__}: {type(error).__name__}")


async def _run(sessions: Sessions, reaction: BulkReaction, messages: Sequence[ClaimedMessage]) -> None:
    """Runs the reaction and records it as done in one transaction."""
    if not messages:
        return
    merchant_id = messages[0].merchant_id
    async with sessions.committing(merchant_id) as session:
        pending = await _lock_pending(session, reaction, messages)
        found = select(Event).where(Event.merchant_id == merchant_id, Event.id.in_(pending))
        if events := list(await session.scalars(found.order_by(Event.id))):
            await reaction(session, events)
            done = update(OutboxMessage).where(OutboxMessage.id.in_(pending))
            await session.execute(
                done.values(
                    reactions_done=OutboxMessage.reactions_done.op("||")([reaction.__name__])
                ).execution_options(synchronize_session=False)
            )


async def _lock_pending(
    session: AsyncSession, reaction: BulkReaction, messages: Sequence[ClaimedMessage]
) -> Sequence[UUID]:
    """Locks the messages and returns those still pending: after the lease another worker may have run the reaction."""
    locked = select(OutboxMessage.id, OutboxMessage.reactions_done).where(
        OutboxMessage.id.in_([message.id for message in messages])
    )
    rows = await session.execute(locked.order_by(OutboxMessage.id).with_for_update())
    return [message_id for message_id, done in rows if reaction.__name__ not in done]


async def _end(sessions: Sessions, messages: Sequence[ClaimedMessage], failures: Failures, now: datetime) -> None:
    done = [message.id for message in messages if message.id not in failures]
    async with sessions.committing() as session:
        await session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(done)))
        for message in messages:
            if message.id in failures:
                await session.execute(postponed(message, failures[message.id], now))
