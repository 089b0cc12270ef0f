"""The outbox of a town in which many tests have left events."""

import asyncpg

from tests.world.shop import Shop

OF_OTHERS = "DELETE FROM outbox WHERE merchant_id IS DISTINCT FROM $1"


async def forget_other_events(superuser: asyncpg.Connection, shop: Shop) -> None:
    """A run of the relay ends after some seconds, and would be at those of other tests."""
    await superuser.execute(OF_OTHERS, shop.merchant_id)
