"""Change the role of administrators, and remove them."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_platform_change
from backend.core.origin import PlatformOrigin
from backend.identity.invitations.actions import withdraw_sent_by
from backend.identity.invitations.queries import to_merchant
from backend.identity.members.problems import OwnRole
from backend.identity.platform_users.problems import LastSuperAdmin, UserNotFound
from backend.identity.platform_users.queries import is_admin, show_admin
from backend.identity.platform_users.schemas import PlatformUserView
from backend.identity.sessions.actions import end_sessions
from backend.staff.models import User

SUPER_ADMIN = "super_admin"


async def change_role(session: AsyncSession, origin: PlatformOrigin, user_id: UUID, role: str) -> PlatformUserView:
    """Raises UserNotFound, OwnRole or LastSuperAdmin."""
    user, others = await _lock(session, user_id)
    before = user.platform_role
    if role != before:
        if user_id == origin.user_id:
            raise OwnRole
        _keep_a_super_admin(user, others)
        user.platform_role = role
        withdrawn = await withdraw_sent_by(session, user_id, origin.now, to_merchant(None))
        _record(session, origin, "user.role_changed", user_id, before=before, after={"role": role} | withdrawn)
        await session.flush()
    return await show_admin(session, user)


async def remove_admin(session: AsyncSession, origin: PlatformOrigin, user_id: UUID) -> None:
    """They are out with their next request. The account stays, deactivated, because history refers to it.

    Raises UserNotFound or LastSuperAdmin.
    """
    user, others = await _lock(session, user_id)
    _keep_a_super_admin(user, others)
    user.is_active = False
    await end_sessions(session, user_id, origin.now)
    withdrawn = await withdraw_sent_by(session, user_id, origin.now)
    _record(session, origin, "user.removed", user_id, before=user.platform_role, after={"role": None} | withdrawn)


async def _lock(session: AsyncSession, user_id: UUID) -> tuple[User, int]:
    """The administrator, and how many other super admins there are.

    Locks all of them, always in the same order: of two who remove each other one comes second. Raises UserNotFound.
    """
    locked = (
        select(User)
        .where(is_admin(), or_(User.id == user_id, User.platform_role == SUPER_ADMIN))
        .order_by(User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    users = {user.id: user for user in await session.scalars(locked)}
    if user_id not in users:
        raise UserNotFound
    return users[user_id], sum(user.platform_role == SUPER_ADMIN for user in users.values() if user.id != user_id)


def _keep_a_super_admin(user: User, others: int) -> None:
    if user.platform_role == SUPER_ADMIN and not others:
        raise LastSuperAdmin


def _record(
    session: AsyncSession, origin: PlatformOrigin, action: str, user_id: UUID, *, before: str | None, after: Fields
) -> None:
    record_platform_change(session, origin, action, subject=str(user_id), before={"role": before}, after=after)
