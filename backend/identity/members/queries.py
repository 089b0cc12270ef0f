from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.schemas import Page
from backend.identity.members.problems import MemberNotFound
from backend.identity.members.schemas import MemberDetail, MemberPin, MemberStore
from backend.identity.models import AccessToken
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.models import StaffPin

LIST = "members"


class _Row(NamedTuple):
    member: MerchantMember
    user: User
    pin: StaffPin | None
    last_sign_in_at: datetime | None


async def list_members(
    session: AsyncSession, origin: Origin, cursors: Cursors, *, text: str, limit: int, after: str | None
) -> Page[MemberDetail]:
    """Who works for the merchant, by name. `text`: part of a name or an address. Raises CursorExpired."""
    scope = repr((LIST, origin.merchant_id, text))
    position = cursors.read(scope, after, origin.now)
    name = func.lower(User.name)
    query = _members(origin).order_by(name, User.id).limit(limit + 1)
    for word in text.lower().split():
        query = query.where(or_(func.strpos(name, word) > 0, func.strpos(User.email_norm, word) > 0))
    if position is not None:
        query = query.where(tuple_(name, User.id) > (position.key, position.id))
    rows = [_Row(*row) for row in (await session.execute(query)).tuples()]
    shown, has_more = rows[:limit], len(rows) > limit
    stores = await _stores_of(session, origin, [row.user.id for row in shown])
    last = shown[-1].user if has_more else None
    cursor = cursors.write(scope, last.name.lower(), last.id, origin.now) if last else None
    return Page([_detail(row, stores, origin) for row in shown], cursor, has_more)


async def get_member(session: AsyncSession, origin: Origin, user_id: UUID) -> MemberDetail:
    """Raises MemberNotFound, also for somebody who has left."""
    query = _members(origin).where(User.id == user_id).execution_options(populate_existing=True)
    row = (await session.execute(query)).tuples().one_or_none()
    if row is None:
        raise MemberNotFound
    return _detail(_Row(*row), await _stores_of(session, origin, [user_id]), origin)


def of_merchant_now(merchant_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return MerchantMember.merchant_id == merchant_id, MerchantMember.left_at.is_(None)


def _members(origin: Origin) -> Select[Any]:
    latest = (
        select(func.max(AccessToken.created_at))
        .where(AccessToken.merchant_id == origin.merchant_id, AccessToken.user_id == User.id)
        .scalar_subquery()
    )
    pin = (
        (StaffPin.merchant_id == origin.merchant_id) & (StaffPin.user_id == MerchantMember.user_id) & StaffPin.is_active
    )
    return (
        select(MerchantMember, User, StaffPin, latest)
        .join(User, User.id == MerchantMember.user_id)
        .outerjoin(StaffPin, pin)
        .where(*of_merchant_now(origin.merchant_id))
    )


async def _stores_of(session: AsyncSession, origin: Origin, user_ids: Sequence[UUID]) -> dict[UUID, list[MemberStore]]:
    places = await session.scalars(
        select(StoreMember)
        .where(StoreMember.merchant_id == origin.merchant_id, StoreMember.user_id.in_(user_ids))
        .order_by(StoreMember.store_id)
    )
    stores: dict[UUID, list[MemberStore]] = {}
    for place in places:
        stores.setdefault(place.user_id, []).append(MemberStore(place.store_id, sorted(place.permissions)))
    return stores


def _detail(row: _Row, stores: dict[UUID, list[MemberStore]], origin: Origin) -> MemberDetail:
    return MemberDetail(
        id=row.user.id,
        email=row.user.email,
        name=row.user.name,
        role=row.member.role,
        is_active=row.user.is_active,
        stores=stores.get(row.user.id, []),
        pin=_pin(row.pin, origin.now),
        joined_at=row.member.joined_at,
        last_sign_in_at=row.last_sign_in_at,
        version=row.member.version,
        updated_at=row.member.updated_at,
    )


def _pin(pin: StaffPin | None, now: datetime) -> MemberPin:
    if pin is None:
        return MemberPin("none", None)
    state = pin.state(now)
    return MemberPin(state, pin.locked_until if state == "locked" else None)
