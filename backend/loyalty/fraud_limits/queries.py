from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.fraud_limits.models import FraudLimit
from backend.loyalty.fraud_limits.schemas import FraudLimitEntry, FraudLimitsView


async def list_limits(session: AsyncSession, merchant_id: UUID) -> list[FraudLimit]:
    order = FraudLimit.scope, FraudLimit.measure, FraudLimit.window_minutes
    return list(await session.scalars(select(FraudLimit).where(FraudLimit.merchant_id == merchant_id).order_by(*order)))


async def show_limits(session: AsyncSession, merchant_id: UUID) -> FraudLimitsView:
    return FraudLimitsView(
        [
            FraudLimitEntry(limit.scope, limit.measure, limit.window_minutes, limit.maximum)  # type: ignore[arg-type]
            for limit in await list_limits(session, merchant_id)
        ]
    )
