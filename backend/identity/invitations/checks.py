"""Who can be invited where. Looked up before a merchant is settled; checked once more when they accept."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import can_be_mailed, normalize_email
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.identity.invitations.problems import AccountDeactivated, AlreadyMember, WorksForMerchant, WorksForPlatform
from backend.staff.models import MerchantMember, User


def check_email(email: str) -> str:
    """The normalized address. Raises ValidationFailed."""
    if not can_be_mailed(email):
        raise ValidationFailed(FieldError("/email", "invalid_format", expected="email"))
    return normalize_email(email)


async def find_user(session: AsyncSession, email_norm: str, *, is_locked: bool = False) -> User | None:
    query = select(User).where(User.email_norm == email_norm)
    user: User | None = await session.scalar(query.with_for_update() if is_locked else query)
    return user


async def check_can_join(session: AsyncSession, user: User | None, merchant_id: UUID | None) -> None:
    """`merchant_id` None: the platform.

    Raises AlreadyMember, WorksForPlatform, WorksForMerchant or AccountDeactivated.
    """
    if user is None:
        return
    if not user.is_active and user.platform_role is None:
        raise AccountDeactivated
    if user.platform_role is not None and user.is_active:
        raise AlreadyMember if merchant_id is None else WorksForPlatform
    current = MerchantMember.user_id == user.id, MerchantMember.left_at.is_(None)
    merchant_ids = set(await session.scalars(select(MerchantMember.merchant_id).where(*current)))
    if merchant_id is None and merchant_ids:
        raise WorksForMerchant
    if merchant_id in merchant_ids:
        raise AlreadyMember
