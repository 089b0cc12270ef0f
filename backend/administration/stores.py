"""Opens, changes and closes stores."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.features import LOYALTY
from backend.access.problems import StoreNotFound
from backend.administration.problems import StoreCodeTaken
from backend.administration.schemas.stores import StoreChange, StoreDraft
from backend.administration.time_zones import check_time_zone
from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.merchants.features.actions import switch_feature
from backend.merchants.models import Merchant, Store, StoreCode

FIELDS = ("name", "timezone", "country", "language", "is_active")


async def add_store(session: AsyncSession, origin: Origin, draft: StoreDraft) -> Store:
    """Raises ValidationFailed or StoreCodeTaken."""
    await check_time_zone(session, draft.timezone, "/timezone")
    merchant = await session.get_one(Merchant, origin.merchant_id)
    return await place_store(session, origin, merchant, draft)


async def check_store_code(session: AsyncSession, code: str) -> None:
    """Raises StoreCodeTaken. Sees all codes as long as no merchant is settled."""
    if await session.get(StoreCode, code) is not None:
        raise StoreCodeTaken


async def place_store(session: AsyncSession, origin: Origin, merchant: Merchant, draft: StoreDraft) -> Store:
    """Live or not, by a switch of its own. Raises StoreCodeTaken."""
    store = Store(
        merchant_id=merchant.id,
        id=new_id(),
        code=draft.code,
        name=draft.name,
        timezone=draft.timezone or merchant.timezone,
        country=draft.country,
        language=draft.language,
        created_at=origin.now,
        updated_at=origin.now,
    )
    try:
        session.add(store)
        await session.flush()
        session.add(StoreCode(code=store.code, merchant_id=merchant.id, store_id=store.id))
        await session.flush()
    except IntegrityError as error:
        # Opened twice at the same moment, by this merchant or by two.
        raise StoreCodeTaken from error
    record_change(session, origin, "store.opened", subject_id=store.id, after=store_fields(store))
    await switch_feature(session, origin, LOYALTY, store.id, is_enabled=draft.is_live, if_match="*")
    return store


async def change_store(
    session: AsyncSession, origin: Origin, store_id: UUID, change: StoreChange, if_match: str | None
) -> Store:
    """Raises StoreNotFound, PreconditionRequired, Stale or ValidationFailed."""
    mine = Store.merchant_id == origin.merchant_id, Store.id == store_id
    store: Store | None = await session.scalar(select(Store).where(*mine).with_for_update())
    if store is None:
        raise StoreNotFound
    await check_version(session, store, if_match)
    fields, before = sent_fields(change), store_fields(store)
    await check_time_zone(session, fields.get("timezone"), "/timezone")
    for name, value in fields.items():
        setattr(store, name, value)
    if session.is_modified(store):
        store.updated_at = origin.now
        code = await session.get_one(StoreCode, store.code)
        code.is_active = store.is_active
        await session.flush()
    record_change(session, origin, "store.changed", subject_id=store.id, before=before, after=store_fields(store))
    return store


def store_fields(store: Store) -> Fields:
    return {name: getattr(store, name) for name in FIELDS}
