"""What became of its operations, for the tablet that handed them in."""

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.offline.problems import OperationNotFound
from backend.loyalty.offline.review.views import operation_view
from backend.loyalty.offline.schemas.batches import DeviceOperationList, DeviceOperationView


async def list_operations(
    session: AsyncSession, origin: Origin, cursors: Cursors, *, state: str | None, limit: int, after: str | None
) -> DeviceOperationList:
    """The oldest first. Raises CursorExpired."""
    scope = repr(("device operations", origin.device_id, state))
    position = cursors.read(scope, after, origin.now)
    query = select(DeviceOperation).where(
        DeviceOperation.merchant_id == origin.merchant_id, DeviceOperation.device_id == origin.device_id
    )
    if state is not None:
        query = query.where(DeviceOperation.state == state)
    if position is not None:
        query = query.where(tuple_(DeviceOperation.received_at, DeviceOperation.id) > (position.key, position.id))
    ordered = query.order_by(DeviceOperation.received_at, DeviceOperation.id).limit(limit + 1)
    rows = list(await session.scalars(ordered))
    page, has_more = rows[:limit], len(rows) > limit
    cursor = cursors.write(scope, page[-1].received_at, page[-1].id, origin.now) if has_more else None
    return DeviceOperationList([operation_view(row) for row in page], cursor, has_more)


async def get_operation(session: AsyncSession, origin: Origin, operation_id: str) -> DeviceOperationView:
    """Raises OperationNotFound."""
    row = await session.scalar(
        select(DeviceOperation).where(
            DeviceOperation.merchant_id == origin.merchant_id,
            DeviceOperation.device_id == origin.device_id,
            DeviceOperation.operation_id == operation_id,
        )
    )
    if row is None:
        raise OperationNotFound
    return operation_view(row)
