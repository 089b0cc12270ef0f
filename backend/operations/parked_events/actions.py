"""Parked events are tried again, from the first attempt on. Reactions that were done stay done."""

from uuid import UUID

from sqlalchemy import ColumnElement, update

from backend.audit.actions import record_platform_change
from backend.core.database import Sessions
from backend.core.models import OutboxMessage
from backend.core.origin import PlatformOrigin
from backend.operations.parked_events.problems import ParkedEventNotFound
from backend.operations.parked_events.queries import IS_PARKED, of_reaction


async def release_event(sessions: Sessions, origin: PlatformOrigin, event_id: UUID) -> None:
    """Raises ParkedEventNotFound."""
    if not await _release(sessions, origin, OutboxMessage.id == event_id, about={"event_id": str(event_id)}):
        raise ParkedEventNotFound


async def release_events(sessions: Sessions, origin: PlatformOrigin, reaction: str | None) -> int:
    """Those of which this reaction has failed, or all."""
    chosen = [of_reaction(reaction)] if reaction is not None else []
    return await _release(sessions, origin, *chosen, about={"reaction": reaction})


async def _release(
    sessions: Sessions, origin: PlatformOrigin, *chosen: ColumnElement[bool], about: dict[str, str | None]
) -> int:
    fresh = update(OutboxMessage).where(IS_PARKED, *chosen).values(dead_at=None, attempts=0, available_at=origin.now)
    async with sessions.committing() as session:
        released = list(await session.scalars(fresh.returning(OutboxMessage.event_name)))
        if released:
            facts = {"events": len(released), **about}
            record_platform_change(session, origin, "events.released", subject="events", after=facts)
    return len(released)
