from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.features import FEATURES
from backend.access.models import FeatureOverride
from backend.access.problems import StoreNotFound
from backend.audit.actions import record_change
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.versions import Stale, is_current
from backend.merchants.features.problems import FeatureUnknown
from backend.merchants.features.queries import read_switches
from backend.merchants.features.schemas import FeatureSwitch
from backend.merchants.models import Store

LOCK = "features"


async def switch_feature(
    session: AsyncSession,
    origin: Origin,
    feature: str,
    store_id: UUID | None,
    *,
    is_enabled: bool | None,
    if_match: str | None,
) -> FeatureSwitch:
    """At the store, or for the merchant. None: no longer of its own, but as inherited.

    Raises FeatureUnknown, StoreNotFound, PreconditionRequired or Stale.
    """
    if feature not in FEATURES:
        raise FeatureUnknown
    store = await _find_store(session, origin.merchant_id, store_id) if store_id else None
    # One change after another: there may be no row to lock.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{LOCK}:{origin.merchant_id}", 0))))
    own = (await read_switches(session, origin.merchant_id)).by_place.get((feature, store_id))
    _check_version(own, if_match)
    former = own.is_enabled if own else None
    if is_enabled != former:
        await _put(session, origin, own, feature, store_id, is_enabled=is_enabled)
    place = {"store_ids": [str(store.id)]} if store else {}
    record_change(
        session,
        origin,
        "feature.switched",
        subject_id=store_id,
        before={feature: former},
        after={feature: is_enabled} | place if is_enabled != former else {},
    )
    return (await read_switches(session, origin.merchant_id)).show(feature, store)


async def _put(
    session: AsyncSession,
    origin: Origin,
    own: FeatureOverride | None,
    feature: str,
    store_id: UUID | None,
    *,
    is_enabled: bool | None,
) -> None:
    if is_enabled is None:
        await session.delete(own)
        await session.flush()
        return
    if own is None:
        own = FeatureOverride(merchant_id=origin.merchant_id, id=new_id(), feature=feature, store_id=store_id)
        session.add(own)
    own.is_enabled, own.updated_at = is_enabled, origin.now
    own.changed_by = origin.user_name or origin.on_behalf_name or ""
    await session.flush()


def _check_version(own: FeatureOverride | None, if_match: str | None) -> None:
    """Raises PreconditionRequired or Stale."""
    version = own.version if own else 0
    if not is_current(if_match, version):
        known = (own.updated_at, own.changed_by) if own else (None, None)
        raise Stale(version=version, changed_at=known[0], changed_by=known[1])


async def _find_store(session: AsyncSession, merchant_id: UUID, store_id: UUID) -> Store:
    """Raises StoreNotFound."""
    store: Store | None = await session.scalar(
        select(Store).where(Store.merchant_id == merchant_id, Store.id == store_id)
    )
    if store is None:
        raise StoreNotFound
    return store
