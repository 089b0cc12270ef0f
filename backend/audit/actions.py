"""Audit entries, written in the transaction of the change."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditEntry
from backend.core.ids import new_id
from backend.core.origin import Origin

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
    old = before or {}
    changed = {name for name, value in after.items() if name not in old or old[name] != value}
    if not changed:
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
            before={name: value for name, value in old.items() if name in changed},
            after={name: value for name, value in after.items() if name in changed},
            request_id=origin.request_id,
        )
    )
