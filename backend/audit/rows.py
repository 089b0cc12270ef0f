"""A merchant's entry as plain values, for the statements that write bookings."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.ids import new_id
from backend.core.origin import Origin


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of `audit_entries`, but for those that the database computes."""

    merchant_id: UUID
    id: UUID
    recorded_at: datetime
    action: str
    subject_id: UUID | None
    user_id: UUID | None
    user_name: str
    on_behalf: bool
    sign_in_id: UUID | None
    device_id: UUID | None
    reason: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    request_id: str


def entry_row(
    origin: Origin,
    action: str,
    *,
    subject_id: UUID | None,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
    reason: str | None = None,
) -> EntryRow:
    """Without a `reason`, the one for which a platform admin acts for the merchant."""
    name = origin.user_name or origin.on_behalf_name
    assert name, "only people who have signed in, or work at the command line, change what a merchant has set up"
    return EntryRow(
        merchant_id=origin.merchant_id,
        id=new_id(),
        recorded_at=origin.now,
        action=action,
        subject_id=subject_id,
        user_id=origin.user_id or origin.on_behalf_user_id,
        user_name=name,
        on_behalf=origin.on_behalf_user_id is not None,
        sign_in_id=origin.sign_in_id,
        device_id=origin.device_id,
        reason=reason or origin.on_behalf_reason,
        before=before or {},
        after=after,
        request_id=origin.request_id,
    )
