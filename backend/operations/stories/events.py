"""What became of domain events: which reactions have run, which failed, and when the rest is tried. In English."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import CLOCKS_APART, first_id_at
from backend.core.models import Event, OutboxMessage
from backend.core.next_steps import is_due, tries_at

OF_EVENT = (Event.merchant_id == OutboxMessage.merchant_id) & (Event.id == OutboxMessage.id)


class EventStory(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    occurred_at: datetime
    state: str
    """`done`: all reactions have run. `waits`, or `given_up`: some have not."""
    attempts: int = 0
    reactions_done: Sequence[str] = ()
    """Of an event that is not done: nothing is kept of the others."""
    last_error: str | None = None
    """Reactions that failed last, each with its error."""
    due_at: datetime | None = None
    given_up_at: datetime | None = None
    next: str


async def list_open_events(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, customer_id: UUID | None, now: datetime
) -> list[EventStory]:
    """Those of a card and its holder that wait or were given up, oldest first."""
    is_meant = [Event.data.op("->>")("card_id") == str(card_id)]
    if customer_id is not None:
        is_meant.append(Event.data.op("->>")("customer_id") == str(customer_id))
    query = (
        select(Event, OutboxMessage)
        .join(OutboxMessage, OF_EVENT)
        .where(OutboxMessage.merchant_id == merchant_id, or_(*is_meant))
        .order_by(Event.id)
    )
    return [event_story(event, message, now) for event, message in (await session.execute(query)).tuples()]


async def list_transactions_events(
    session: AsyncSession, merchant_id: UUID, transaction_id: UUID, recorded_at: datetime, now: datetime
) -> list[EventStory]:
    """Oldest first. Events are found by the time in their ids."""
    is_meant: list[ColumnElement[bool]] = [
        Event.merchant_id == merchant_id,
        Event.id.between(first_id_at(recorded_at - CLOCKS_APART), first_id_at(recorded_at + CLOCKS_APART)),
        Event.data.op("->>")("transaction_id") == str(transaction_id),
    ]
    query = select(Event, OutboxMessage).outerjoin(OutboxMessage, OF_EVENT).where(*is_meant).order_by(Event.id)
    return [event_story(event, message, now) for event, message in (await session.execute(query)).tuples()]


def event_story(event: Event, message: OutboxMessage | None, now: datetime) -> EventStory:
    if message is None:
        nothing = "Nothing: all reactions have run."
        return EventStory(id=event.id, name=event.name, occurred_at=event.occurred_at, state="done", next=nothing)
    return EventStory(
        id=event.id,
        name=event.name,
        occurred_at=event.occurred_at,
        state="waits" if message.dead_at is None else "given_up",
        attempts=message.attempts,
        reactions_done=message.reactions_done,
        last_error=message.last_error,
        due_at=message.available_at,
        given_up_at=message.dead_at,
        next=_next_step(message, now),
    )


def _next_step(message: OutboxMessage, now: datetime) -> str:
    if message.dead_at is not None:
        return f"Nothing by itself. Once the cause is fixed: `orion outbox release {message.id}`."
    if message.available_at > now:
        return tries_at(message.available_at)
    return is_due("reacts")
