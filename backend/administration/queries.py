from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.features import LOYALTY, is_enabled
from backend.access.principal import ActorFeature
from backend.administration.schemas.merchants import MerchantDetail, MerchantListed
from backend.administration.schemas.programs import ProgramSummary
from backend.administration.schemas.stores import StoreDetail
from backend.core.origin import Origin, PlatformOrigin
from backend.core.paging import LIMIT_MAX, Cursors
from backend.core.schemas import Page
from backend.identity.invitations.queries import list_invitations
from backend.identity.members.queries import list_members
from backend.loyalty.programs.models import Program
from backend.merchants.features.queries import Switches, read_switches
from backend.merchants.models import Merchant, Store
from backend.merchants.policy.queries import get_policy, show_policy

LIST = "merchants"
OVERVIEWS = text("SELECT merchant_overviews(:merchants)::text")


class _Overview(msgspec.Struct):
    id: UUID
    stores: list[UUID]
    features: list[ActorFeature]
    program: ProgramSummary | None
    members: int

    def is_live(self, store_id: UUID) -> bool:
        here = (each for each in self.features if each.store_id in {None, store_id})
        return is_enabled(LOYALTY, [(each.feature, each.store_id is not None, each.is_enabled) for each in here])


async def list_merchants(
    session: AsyncSession, admin: PlatformOrigin, cursors: Cursors, *, words: str, limit: int, after: str | None
) -> Page[MerchantListed]:
    """By name. `words`: of a name or a code. Raises CursorExpired."""
    scope = repr((LIST, words))
    position, name = cursors.read(scope, after, admin.now), func.lower(Merchant.name)
    query = select(Merchant).order_by(name, Merchant.id).limit(limit + 1)
    for word in words.lower().split():
        query = query.where(or_(func.strpos(name, word) > 0, func.strpos(Merchant.code, word) > 0))
    if position is not None:
        query = query.where(tuple_(name, Merchant.id) > (position.key, position.id))
    merchants = list(await session.scalars(query))
    shown, has_more = merchants[:limit], len(merchants) > limit
    cursor = cursors.write(scope, shown[-1].name.lower(), shown[-1].id, admin.now) if has_more else None
    overviews = await _overviews(session, [merchant.id for merchant in shown])
    return Page([_listed(merchant, overviews[merchant.id]) for merchant in shown], cursor, has_more)


async def show_merchant(session: AsyncSession, origin: Origin, cursors: Cursors) -> MerchantDetail:
    merchant = await session.get_one(Merchant, origin.merchant_id)
    switches = await read_switches(session, merchant.id)
    stores = await session.scalars(select(Store).where(Store.merchant_id == merchant.id).order_by(Store.code))
    program = await session.scalar(select(Program).where(Program.merchant_id == merchant.id))
    members = await list_members(session, origin, cursors, text="", limit=min(100, LIMIT_MAX), after=None)
    return MerchantDetail(
        code=merchant.code,
        name=merchant.name,
        timezone=merchant.timezone,
        language=merchant.default_language,
        currency=merchant.currency,
        contact_email=merchant.contact_email,
        postal_address=merchant.postal_address,
        created_at=merchant.created_at,
        version=merchant.version,
        stores=[show_store(store, switches) for store in stores],
        program=show_program(program) if program else None,
        policy=await show_policy(session, await get_policy(session, merchant.id)),
        members=members.data,
        invitations=(await list_invitations(session, merchant.id, origin.now)).invitations,
    )


def show_store(store: Store, switches: Switches) -> StoreDetail:
    return StoreDetail(
        id=store.id,
        code=store.code,
        name=store.name,
        timezone=store.timezone,
        country=store.country,
        language=store.language,
        is_active=store.is_active,
        is_live=store.is_active and switches.show(LOYALTY, store).is_in_force,
        version=store.version,
    )


def show_program(program: Program) -> ProgramSummary:
    return ProgramSummary(program.type, program.name, program.is_active)  # type: ignore[arg-type]


async def _overviews(session: AsyncSession, merchant_ids: list[UUID]) -> dict[UUID, _Overview]:
    documents = await session.scalars(OVERVIEWS, {"merchants": merchant_ids})
    found = [msgspec.json.decode(document, type=_Overview) for document in documents]
    return {overview.id: overview for overview in found}


def _listed(merchant: Merchant, overview: _Overview) -> MerchantListed:
    live = sum(overview.is_live(store_id) for store_id in overview.stores)
    return MerchantListed(
        code=merchant.code,
        name=merchant.name,
        state="live" if live and overview.program and overview.program.is_active else "not_live",
        stores=len(overview.stores),
        live_stores=live,
        members=overview.members,
        program=overview.program,
        created_at=merchant.created_at,
    )
