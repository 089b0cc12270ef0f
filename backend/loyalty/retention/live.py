"""Since when customers can join."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.features import LOYALTY
from backend.loyalty.programs.models import Program
from backend.merchants.features.queries import Switches, read_switches
from backend.merchants.models import Store


async def find_live_since(session: AsyncSession, merchant_id: UUID) -> datetime | None:
    """When the first of the stores that are live went live. None: no store is live, or the program is inactive."""
    is_open = exists().where(Program.merchant_id == merchant_id, Program.is_active)
    stores = select(Store).where(Store.merchant_id == merchant_id, Store.is_active, is_open)
    switches = await read_switches(session, merchant_id)
    since = [_live_since(switches, store) for store in await session.scalars(stores)]
    return min((each for each in since if each is not None), default=None)


def _live_since(switches: Switches, store: Store) -> datetime | None:
    switch = switches.show(LOYALTY, store)
    if not switch.is_in_force:
        return None
    deciding = switch if switch.source == "store" else switches.show(LOYALTY, None)
    return max(store.created_at, deciding.changed_at or store.created_at)
