"""Events that were given up."""

from uuid import UUID

from sqlalchemy import update

from backend.core.clock import clock
from backend.core.models import OutboxMessage
from tests.world.shop import Shop

TRIES = 12


async def park(shop: Shop, error: str) -> list[UUID]:
    """What has happened so far at the shop. `error`: `reaction: kind of error`, several of them joined by `; `."""
    of_shop = update(OutboxMessage).where(OutboxMessage.merchant_id == shop.merchant_id)
    parked = of_shop.values(dead_at=clock.now(), attempts=TRIES, last_error=error).returning(OutboxMessage.id)
    async with shop.services.sessions.committing() as session:
        return list(await session.scalars(parked))
