"""Audit entries about what a person signs in with, and emails to the person about them: sessions, password, factors."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.guards import actor_of
from backend.audit.actions import Fields, record_change, record_platform_change
from backend.core.clock import clock
from backend.core.origin import Origin, PlatformOrigin
from backend.core.requests import ApiRequest, reader_language
from backend.core.resources import Resources, resources_of
from backend.identity.notices import notify
from backend.identity.workplaces.queries import list_workplaces
from backend.staff.models import User


@dataclass(frozen=True, slots=True)
class AccountChange:
    """Whose account, who has changed it, and by which request."""

    user: User
    """Whose account it is."""
    by: str
    """Who has changed it."""
    by_id: UUID | None
    """None at the command line."""
    action: str
    after: Fields
    language: str
    now: datetime
    instance: str
    request_id: str
    sign_in_id: UUID | None = None
    """None without a session."""
    user_agent: str = ""


async def record_own_change(session: AsyncSession, request: ApiRequest, action: str, after: Fields) -> None:
    """By the request's actor about their own account."""
    actor = actor_of(request)
    change = AccountChange(
        user=await session.get_one(User, actor.user_id),
        by=actor.name,
        by_id=actor.user_id,
        action=action,
        after=after,
        language=reader_language(request),
        now=clock.now(),
        instance=request.scope["path"],
        request_id=request.scope["state"]["request_id"],
        sign_in_id=actor.sign_in_id,
        user_agent=request.headers.get("user-agent", ""),
    )
    await record_account_change(session, resources_of(request), change)


async def record_account_change(session: AsyncSession, resources: Resources, change: AccountChange) -> None:
    """An entry for each merchant the person works for, or one of the platform; and an email to the person."""
    user, language, agent = change.user, change.language, change.user_agent
    await notify(session, resources, user, change.action, change.now, language=language, agent=agent)
    if user.platform_role is not None:
        origin = PlatformOrigin(
            change.by_id,
            change.by,
            language,
            change.now,
            change.instance,
            change.request_id,
            sign_in_id=change.sign_in_id,
        )
        record_platform_change(session, origin, change.action, subject=str(user.id), after=change.after)
        return
    for workplace in await list_workplaces(session, user.id):
        origin_there = replace(
            Origin.of_nobody(workplace.id, change.now, instance=change.instance),
            user_id=change.by_id,
            user_name=change.by,
            request_id=change.request_id,
            sign_in_id=change.sign_in_id,
        )
        record_change(session, origin_there, change.action, subject_id=user.id, after=change.after)
