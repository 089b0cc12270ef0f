"""How much one tablet may hand in: a stolen one, revoked or not, must not bury what the shop has to look at."""

from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.problems import RateLimited
from backend.devices.queries import OPEN_STATES
from backend.loyalty.offline.models import DeviceOperation

OPERATION_BYTES_MAX = 16 * 1024
DEPTH_MAX = 16
"""Several times what the app writes of one, and how deep it is."""
WAITING_MAX = 2_000
"""Operations of a tablet that wait for a person."""
HOURLY_MAX = 5_000
"""More than a shop does in the three days after which an operation is too old."""
HOUR = timedelta(hours=1)


async def keep_to_limits(session: AsyncSession, origin: Origin, count: int) -> None:
    """Before so many more are kept. Raises RateLimited."""
    if not count:
        return
    is_open, is_recent = DeviceOperation.state.in_(OPEN_STATES), DeviceOperation.received_at > origin.now - HOUR
    counted = select(func.count().filter(is_open), func.count().filter(is_recent)).where(
        DeviceOperation.merchant_id == origin.merchant_id,
        DeviceOperation.device_id == origin.device_id,
        or_(is_open, is_recent),
    )
    waiting, recent = (await session.execute(counted)).tuples().one()
    if waiting + count > WAITING_MAX or recent + count > HOURLY_MAX:
        raise RateLimited(int(HOUR.total_seconds()))
