from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_

from backend.core.database import Sessions
from backend.core.models import Event, OutboxMessage
from backend.core.paging import Position
from backend.merchants.models import Merchant
from backend.operations.parked_events.schemas import ParkedEvent

IS_PARKED = OutboxMessage.dead_at.is_not(None)


def of_reaction(reaction: str) -> ColumnElement[bool]:
    """Of messages whose `last_error` names it, as the relay has written it."""
    named = f"{reaction}: "
    return or_(
        OutboxMessage.last_error.startswith(named, autoescape=True),
        OutboxMessage.last_error.contains(f"; {named}", autoescape=True),
    )


def reactions_in(last_error: str) -> list[str]:
    return [failure.partition(":")[0] for failure in last_error.split("; ") if failure]


async def list_parked(
    sessions: Sessions, reaction: str | None, *, after: Position | None, limit: int
) -> tuple[list[ParkedEvent], bool]:
    """Longest parked first, and whether there are more."""
    query = select(OutboxMessage, Merchant.code).join(Merchant, Merchant.id == OutboxMessage.merchant_id)
    query = query.where(IS_PARKED).order_by(OutboxMessage.dead_at, OutboxMessage.id).limit(limit + 1)
    if reaction is not None:
        query = query.where(of_reaction(reaction))
    if after is not None:
        query = query.where(tuple_(OutboxMessage.dead_at, OutboxMessage.id) > (after.key, after.id))
    async with sessions.committing() as session:
        rows = [(message, code) for message, code in await session.execute(query)]
    events = await _read_events(sessions, [message for message, _ in rows[:limit]])
    return [_view(message, code, events[message.id]) for message, code in rows[:limit]], len(rows) > limit


async def _read_events(sessions: Sessions, messages: Sequence[OutboxMessage]) -> dict[UUID, Event]:
    """Each merchant's in a transaction of its own."""
    ids_by_merchant: dict[UUID, list[UUID]] = defaultdict(list)
    for message in messages:
        ids_by_merchant[message.merchant_id].append(message.id)
    events: dict[UUID, Event] = {}
    for merchant_id, ids in ids_by_merchant.items():
        async with sessions.committing(merchant_id) as session:
            found = await session.scalars(select(Event).where(Event.merchant_id == merchant_id, Event.id.in_(ids)))
            events |= {event.id: event for event in found}
    return events


def _view(message: OutboxMessage, merchant_code: str, event: Event) -> ParkedEvent:
    assert message.dead_at is not None, "it is parked"
    return ParkedEvent(
        id=message.id,
        event_name=message.event_name,
        merchant_code=merchant_code,
        reactions=reactions_in(message.last_error or ""),
        last_error=message.last_error or "",
        attempts=message.attempts,
        occurred_at=event.occurred_at,
        parked_at=message.dead_at,
        payload=event.data,
    )
