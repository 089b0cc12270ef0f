"""Refuses a change of a row that somebody else has changed since it was read."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.queries import find_entry
from backend.core.versions import Stale, is_current


class AuditedRow(Protocol):
    merchant_id: UUID
    version: int
    updated_at: datetime

    @property
    def id(self) -> UUID: ...


async def check_version(session: AsyncSession, row: AuditedRow, if_match: str | None) -> None:
    """Raises PreconditionRequired, or Stale with the name of the user who has changed the row."""
    if is_current(if_match, row.version):
        return
    # Not the last one: a move in the list is no new version.
    entry = await find_entry(session, row.merchant_id, row.id, row.updated_at)
    raise Stale(version=row.version, changed_at=row.updated_at, changed_by=entry.user_name if entry else None)
