from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.models import AccessToken
from backend.identity.platform_users.schemas import PlatformUserList, PlatformUserView
from backend.staff.models import User


def is_admin() -> ColumnElement[bool]:
    """Who has been removed is no longer active."""
    return and_(User.platform_role.is_not(None), User.is_active)


async def list_admins(session: AsyncSession) -> PlatformUserList:
    rows = (await session.execute(_with_latest().where(is_admin()).order_by(func.lower(User.name), User.id))).tuples()
    return PlatformUserList([_view(user, latest) for user, latest in rows])


async def show_admin(session: AsyncSession, user: User) -> PlatformUserView:
    return _view(*(await session.execute(_with_latest().where(User.id == user.id))).tuples().one())


def _with_latest() -> Select[Any]:
    latest = select(func.max(AccessToken.created_at)).where(AccessToken.user_id == User.id).scalar_subquery()
    return select(User, latest)


def _view(user: User, latest: datetime | None) -> PlatformUserView:
    assert user.platform_role is not None, "the query asks for administrators"
    return PlatformUserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.platform_role,
        has_second_factor=user.totp_secret is not None,
        created_at=user.created_at,
        last_sign_in_at=latest,
    )
