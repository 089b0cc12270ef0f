from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.models import AccessToken, Passkey
from backend.identity.platform_users.schemas import PlatformUserList, PlatformUserView
from backend.staff.models import User


def is_admin() -> ColumnElement[bool]:
    """A removed administrator is no longer active."""
    return and_(User.platform_role.is_not(None), User.is_active)


async def list_admins(session: AsyncSession) -> PlatformUserList:
    rows = (await session.execute(_with_latest().where(is_admin()).order_by(func.lower(User.name), User.id))).tuples()
    return PlatformUserList([_view(*row) for row in rows])


async def show_admin(session: AsyncSession, user: User) -> PlatformUserView:
    return _view(*(await session.execute(_with_latest().where(User.id == user.id))).tuples().one())


def _with_latest() -> Select[Any]:
    latest = select(func.max(AccessToken.created_at)).where(AccessToken.user_id == User.id).scalar_subquery()
    has_passkey = select(Passkey.id).where(Passkey.user_id == User.id).exists()
    return select(User, or_(User.totp_secret.is_not(None), has_passkey), latest)


def _view(user: User, has_second_factor: bool, latest: datetime | None) -> PlatformUserView:
    assert user.platform_role is not None, "the query asks for administrators"
    return PlatformUserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.platform_role,
        has_second_factor=has_second_factor,
        created_at=user.created_at,
        last_sign_in_at=latest,
    )
