"""What is checked before a key gets its stores, permissions and end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.permissions import FOR_API_KEYS
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.merchants.models import Store
from i18n.translator import N_


async def check_rights(
    session: AsyncSession,
    origin: Origin,
    *,
    store_ids: list[UUID] | None,
    permissions: list[str],
    expires_at: datetime | None,
) -> None:
    """Raises ValidationFailed."""
    errors = [
        FieldError(f"/permissions/{number}", "not_given", N_("API keys cannot have this permission."))
        for number, code in enumerate(permissions)
        if code not in FOR_API_KEYS
    ]
    if store_ids is not None:
        mine = select(Store.id).where(Store.merchant_id == origin.merchant_id, Store.id.in_(store_ids))
        known = set(await session.scalars(mine))
        errors += [
            FieldError(f"/store_ids/{number}", "not_found", N_("There is no such store."))
            for number, store_id in enumerate(store_ids)
            if store_id not in known
        ]
    if expires_at is not None and expires_at <= origin.now:
        errors.append(FieldError("/expires_at", "past", N_("Enter a time in the future.")))
    if errors:
        raise ValidationFailed(*errors)
