"""Audit entries, written in the transaction of the change."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditEntry, PlatformAuditEntry
from backend.audit.pending import add_entry
from backend.audit.rows import EntryRow, entry_row
from backend.core.ids import new_id
from backend.core.origin import Origin, PlatformOrigin

Fields = dict[str, Any]


def record_change(
    session: AsyncSession,
    origin: Origin,
    action: str,
    *,
    subject_id: UUID | None = None,
    before: Fields | None = None,
    after: Fields,
    reason: str | None = None,
) -> None:
    """Adds an entry with the fields that differ, none when nothing does.

    `before` is None for something new. Neither may contain personal data or secrets; both are JSON. `reason`: not about
    a customer.
    """
    changed = _changed(before or {}, after)
    if changed["after"]:
        row = entry_row(origin, action, subject_id=subject_id, reason=reason, **changed)
        add_entry(session, AuditEntry(**{name: getattr(row, name) for name in EntryRow.__struct_fields__}))


def record_platform_change(
    session: AsyncSession,
    origin: PlatformOrigin,
    action: str,
    *,
    subject: str,
    before: Fields | None = None,
    after: Fields,
    reason: str | None = None,
) -> None:
    """Like `record_change`, for what the platform has set up."""
    changed = _changed(before or {}, after)
    if not changed["after"]:
        return
    entry = PlatformAuditEntry(
        id=new_id(),
        recorded_at=origin.now,
        action=action,
        subject=subject,
        user_id=origin.user_id,
        user_name=origin.user_name,
        sign_in_id=origin.sign_in_id,
        device_id=origin.device_id,
        reason=reason,
        request_id=origin.request_id,
        **changed,
    )
    add_entry(session, entry)


def record_administrators_change(
    session: AsyncSession,
    origin: PlatformOrigin,
    action: str,
    *,
    merchant_id: UUID | None,
    subject_id: UUID | None,
    after: Fields,
) -> None:
    """What an administrator does with a merchant's email or card: that merchant sees it. None: the platform's own."""
    if merchant_id is None:
        record_platform_change(session, origin, action, subject=str(subject_id or "platform"), after=after)
    else:
        record_change(session, origin.on_behalf_of(merchant_id), action, subject_id=subject_id, after=after)


def _changed(before: Fields, after: Fields) -> dict[str, Fields]:
    names = {name for name, value in after.items() if name not in before or before[name] != value}
    return {
        "before": {name: value for name, value in before.items() if name in names},
        "after": {name: value for name, value in after.items() if name in names},
    }
