from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.identity.pins.problems import ColleagueNotFound
from backend.identity.pins.schemas import PersonPin
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.models import StaffPin


async def list_pins(session: AsyncSession, origin: Origin) -> list[PersonPin]:
    """Of everybody who works at the store, by name."""
    rows = (await session.execute(_people_of_store(origin).order_by(User.name, User.id))).tuples()
    return [_person_pin(user, pin, origin.now) for user, pin in rows]


async def get_pin(session: AsyncSession, origin: Origin, user_id: UUID) -> PersonPin:
    """Raises ColleagueNotFound for somebody who does not work at the store."""
    row = (await session.execute(_people_of_store(origin).where(User.id == user_id))).tuples().one_or_none()
    if row is None:
        raise ColleagueNotFound
    return _person_pin(row[0], row[1], origin.now)


def _people_of_store(origin: Origin) -> Select[tuple[User, StaffPin]]:
    """Its members, and the merchant's owners. In place of a PIN that is not set there is None."""
    place = (
        (StoreMember.merchant_id == origin.merchant_id)
        & (StoreMember.store_id == origin.till_store_id)
        & (StoreMember.user_id == MerchantMember.user_id)
    )
    pin = (
        (StaffPin.merchant_id == origin.merchant_id) & (StaffPin.user_id == MerchantMember.user_id) & StaffPin.is_active
    )
    return (
        select(User, StaffPin)
        .join(MerchantMember, MerchantMember.user_id == User.id)
        .outerjoin(StoreMember, place)
        .outerjoin(StaffPin, pin)
        .where(
            MerchantMember.merchant_id == origin.merchant_id,
            MerchantMember.left_at.is_(None),
            User.is_active,
            (MerchantMember.role == "merchant_owner") | StoreMember.user_id.is_not(None),
        )
    )


def _person_pin(user: User, pin: StaffPin | None, now: datetime) -> PersonPin:
    is_locked = pin is not None and pin.locked_until is not None and pin.locked_until > now
    return PersonPin(
        user_id=user.id,
        name=user.name or user.email,
        is_set=pin is not None,
        locked_until=pin.locked_until if pin and is_locked else None,
        is_disabled=pin is not None and pin.is_disabled,
        last_used_at=pin.last_used_at if pin else None,
    )
