from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditEntry


async def find_last_entry(session: AsyncSession, merchant_id: UUID, subject_id: UUID) -> AuditEntry | None:
    """The newest entry about one row."""
    entry: AuditEntry | None = await session.scalar(
        select(AuditEntry)
        .where(AuditEntry.merchant_id == merchant_id, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return entry
