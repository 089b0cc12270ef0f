"""The merchants for whom a person works, and the one for whom a session is."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.models import AccessToken
from backend.identity.problems import NoWorkplace
from backend.merchants.models import Merchant
from backend.merchants.problems import MerchantNotFound
from backend.staff.models import MerchantMember, User


@dataclass(frozen=True, slots=True)
class Workplace:
    id: UUID
    code: str
    name: str
    language: str


async def list_workplaces(session: AsyncSession, user_id: UUID) -> list[Workplace]:
    """First the merchant of the person's latest request, then by name. Reads before a merchant is settled."""
    latest = (
        select(func.max(AccessToken.last_seen_at))
        .where(AccessToken.user_id == user_id, AccessToken.merchant_id == Merchant.id)
        .scalar_subquery()
    )
    current = (
        select(Merchant.id, Merchant.code, Merchant.name, Merchant.default_language)
        .join(MerchantMember, MerchantMember.merchant_id == Merchant.id)
        .where(MerchantMember.user_id == user_id, MerchantMember.left_at.is_(None))
        .order_by(latest.desc().nulls_last(), Merchant.name, Merchant.id)
    )
    return [Workplace(*row) for row in (await session.execute(current)).tuples()]


def workplace_with(workplaces: list[Workplace], code: str) -> Workplace | None:
    """`code` is case-insensitive."""
    return next((place for place in workplaces if place.code == code.strip().lower()), None)


async def choose_workplace(session: AsyncSession, user: User, code: str | None) -> UUID | None:
    """The merchant with this code, or that of the person's latest session; None for platform users.

    Raises MerchantNotFound, or NoWorkplace for somebody who works nowhere any more.
    """
    if user.platform_role is not None:
        return None
    workplaces = await list_workplaces(session, user.id)
    if not workplaces:
        raise NoWorkplace
    chosen = workplaces[0] if code is None else workplace_with(workplaces, code)
    if chosen is None:
        raise MerchantNotFound
    return chosen.id
