"""Changes that are written down, for tests of the chain."""

from uuid import UUID

import asyncpg

from backend.audit.actions import record_change, record_platform_change
from backend.audit.chains import PLATFORM, Chain
from backend.core.clock import clock
from backend.core.ids import new_id
from backend.core.origin import Origin, PlatformOrigin
from backend.services import Services
from tests.world.shop import Shop

OWNER = "Olga Owner"


def origin_of(merchant_id: UUID) -> Origin:
    return Origin(
        merchant_id=merchant_id,
        store_id=None,
        user_id=new_id(),
        user_name=OWNER,
        language="en",
        now=clock.now(),
        instance="/",
        request_id="r",
    )


def chain_of(shop: Shop) -> Chain:
    return Chain(shop.merchant_id, "shop")


async def change(services: Services, *chains: Chain, times: int = 1) -> None:
    """Writes entries of these chains, in this order, in one transaction."""
    async with services.sessions.committing() as session:
        for chain in chains:
            for time in range(times):
                if chain == PLATFORM:
                    by = PlatformOrigin(None, OWNER, "en", clock.now())
                    record_platform_change(session, by, "settings.changed", subject="email", after={"port": time})
                else:
                    assert chain.merchant_id is not None
                    record_change(session, origin_of(chain.merchant_id), "fraud_limits.changed", after={"limit": time})


async def tamper(superuser: asyncpg.Connection, statement: str, *values: object) -> None:
    """As the owner of the database can: without the triggers."""
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica")
        await superuser.execute(statement, *values)
