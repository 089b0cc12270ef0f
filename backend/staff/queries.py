from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.models import MerchantMember, User


async def list_owners(session: AsyncSession, merchant_id: UUID) -> list[User]:
    """Who owns the merchant at present and can sign in."""
    owners = (
        select(User)
        .join(MerchantMember, MerchantMember.user_id == User.id)
        .where(
            MerchantMember.merchant_id == merchant_id,
            MerchantMember.role == "merchant_owner",
            MerchantMember.left_at.is_(None),
            User.is_active,
        )
        .order_by(User.id)
    )
    return list(await session.scalars(owners))
