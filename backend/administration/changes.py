"""Changes a merchant's name, language, time zone and addresses."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.administration.opening import merchant_fields
from backend.administration.schemas.merchants import MerchantChange
from backend.administration.time_zones import check_time_zone
from backend.audit.actions import record_change
from backend.audit.queries import find_entry
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.core.versions import Stale, is_current
from backend.merchants.models import Merchant

COLUMNS = {"language": "default_language"}
"""Fields that have another name as a column."""


async def change_merchant(
    session: AsyncSession, origin: Origin, change: MerchantChange, if_match: str | None
) -> Merchant:
    """Raises PreconditionRequired, Stale or ValidationFailed."""
    merchant = (
        await session.scalars(select(Merchant).where(Merchant.id == origin.merchant_id).with_for_update())
    ).one()
    if not is_current(if_match, merchant.version):
        entry = await find_entry(session, merchant.id, merchant.id, merchant.updated_at)
        name = entry.user_name if entry else None
        raise Stale(version=merchant.version, changed_at=merchant.updated_at, changed_by=name)
    fields, before = sent_fields(change), merchant_fields(merchant)
    await check_time_zone(session, fields.get("timezone"), "/timezone")
    for name, value in fields.items():
        setattr(merchant, COLUMNS.get(name, name), value)
    if session.is_modified(merchant):
        merchant.updated_at = origin.now
        await session.flush()
    record_change(
        session, origin, "merchant.changed", subject_id=merchant.id, before=before, after=merchant_fields(merchant)
    )
    return merchant
