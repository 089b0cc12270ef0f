from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditEntry


async def find_entry(
    session: AsyncSession, merchant_id: UUID, subject_id: UUID, recorded_at: datetime
) -> AuditEntry | None:
    """The newest entry of that moment about one row."""
    entry: AuditEntry | None = await session.scalar(
        select(AuditEntry)
        .where(
            AuditEntry.merchant_id == merchant_id,
            AuditEntry.subject_id == subject_id,
            AuditEntry.recorded_at == recorded_at,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return entry
