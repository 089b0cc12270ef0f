"""Sends failed mails anew after an outage: each once, and only what a provider that is back can deliver."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.audit.actions import record_administrators_change
from backend.core.database import Sessions
from backend.core.origin import PlatformOrigin
from backend.messaging.faults import FAULTS, FaultKind
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.queries import EmailFilters
from backend.messaging.resend import can_be_resent, copy_of
from backend.messaging.schemas import FailedEmails, ResentEmails

FAILED_MAX = 500
"""Of one call: copies are written in a transaction for each merchant, texts included."""
CURABLE = sorted(code for code, fault in FAULTS.items() if fault.kind in {FaultKind.OWN, FaultKind.TRANSIENT})
"""Not after the recipient's side has refused, nor after what may have arrived."""
FAILED = "SELECT merchant_id, id FROM mails_to_resend($1, $2::jsonb, $3, $4, $5) LIMIT $5"

FailedMails = dict[UUID | None, list[UUID]]
"""Ids of mails by merchant; None: the platform."""


async def count_failed(
    pool: asyncpg.Pool, merchant_id: UUID | None, filters: EmailFilters, now: datetime
) -> FailedEmails:
    failed, has_more = await _find_failed(pool, merchant_id, filters, now)
    return FailedEmails(sum(map(len, failed.values())), has_more)


async def resend_failed(
    pool: asyncpg.Pool, sessions: Sessions, origin: PlatformOrigin, merchant_id: UUID | None, filters: EmailFilters
) -> ResentEmails:
    """One audit entry for each merchant. Safe to repeat, and at once: a mail with a newer copy is left out."""
    failed, has_more = await _find_failed(pool, merchant_id, filters, origin.now)
    resent = 0
    for owner_id, ids in failed.items():
        async with sessions.committing(owner_id) as session:
            copies = [copy_of(mail, origin.now) for mail in await _lock_failed(session, owner_id, ids, origin.now)]
            session.add_all(copies)
            if copies:
                after = {"emails": len(copies)}
                record_administrators_change(
                    session, origin, "emails.resent", merchant_id=owner_id, subject_id=None, after=after
                )
        resent += len(copies)
    return ResentEmails(resent, has_more)


async def _find_failed(
    pool: asyncpg.Pool, merchant_id: UUID | None, filters: EmailFilters, now: datetime
) -> tuple[FailedMails, bool]:
    """At most FAILED_MAX, and whether there are more."""
    stored = msgspec.json.encode(filters.stored()).decode()
    rows = await pool.fetch(FAILED, merchant_id, stored, CURABLE, now, FAILED_MAX + 1)
    failed: FailedMails = {}
    for row in rows[:FAILED_MAX]:
        failed.setdefault(row["merchant_id"], []).append(row["id"])
    return failed, len(rows) > FAILED_MAX


async def _lock_failed(
    session: AsyncSession, merchant_id: UUID | None, ids: Sequence[UUID], now: datetime
) -> list[EmailLog | PlatformMail]:
    """Those that nobody else has sent anew meanwhile: looked at after the lock, in a statement of its own."""
    table: Any = EmailLog if merchant_id else PlatformMail
    newer: Any = aliased(table)
    is_asked = table.id.in_(ids)
    is_copy = (
        (newer.resend_of == func.coalesce(table.resend_of, table.id))
        & (newer.created_at >= table.created_at)
        & (newer.id != table.id)
    )
    if merchant_id:
        is_asked, is_copy = is_asked & (table.merchant_id == merchant_id), is_copy & (newer.merchant_id == merchant_id)
    await session.execute(select(table.id).where(is_asked).order_by(table.id).with_for_update())
    is_newest = ~select(newer.id).where(is_copy).exists()
    mails = await session.scalars(select(table).where(is_asked, table.status == "failed", is_newest))
    return [mail for mail in mails if can_be_resent(mail, now)]
