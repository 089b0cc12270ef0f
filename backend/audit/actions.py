"""Audit entries, written in the transaction of the change."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditEntry, PlatformAuditEntry
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
) -> None:
    """Adds an entry with the fields that differ, none when nothing does.

    `before` is None for something new. Neither may contain personal data or secrets; both are JSON.
    """
    changed = _changed(before or {}, after)
    if not changed["after"]:
        return
    user_id = origin.user_id or origin.on_behalf_user_id
    assert user_id is not None, "only people who have signed in change what a merchant has set up"
    session.add(
        AuditEntry(
            merchant_id=origin.merchant_id,
            id=new_id(),
            recorded_at=origin.now,
            action=action,
            subject_id=subject_id,
            user_id=user_id,
            user_name=origin.user_name or origin.on_behalf_name or "",
            on_behalf=origin.user_id is None,
            device_id=origin.device_id,
            request_id=origin.request_id,
            **changed,
        )
    )


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
    session.add(
        PlatformAuditEntry(
            id=new_id(),
            recorded_at=origin.now,
            action=action,
            subject=subject,
            user_id=origin.user_id,
            user_name=origin.user_name,
            reason=reason,
            request_id=origin.request_id,
            **changed,
        )
    )


def _changed(before: Fields, after: Fields) -> dict[str, Fields]:
    names = {name for name, value in after.items() if name not in before or before[name] != value}
    return {
        "before": {name: value for name, value in before.items() if name in names},
        "after": {name: value for name, value in after.items() if name in names},
    }
