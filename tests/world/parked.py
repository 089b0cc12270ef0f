"""Events that were given up."""

from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert

from backend.core.clock import clock
from backend.core.models import Event, OutboxMessage
from tests.world.shop import Shop


async def park(shop: Shop, error: str) -> list[UUID]:
    """All that has happened at the shop. `error`: `reaction: kind of error`, several of them joined by `; `."""
    given_up = {"attempts": 12, "last_error": error, "dead_at": clock.now()}
    events = select(Event.id, Event.merchant_id, Event.name, literal(clock.now()), *map(literal, given_up.values()))
    columns = ["id", "merchant_id", "event_name", "available_at", *given_up]
    parked = insert(OutboxMessage).from_select(columns, events.where(Event.merchant_id == shop.merchant_id))
    again = parked.on_conflict_do_update(index_elements=["id"], set_=given_up).returning(OutboxMessage.id)
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        return list(await session.scalars(again))
