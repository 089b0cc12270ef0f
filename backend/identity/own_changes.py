"""Audit entries about a person's account: sessions, password, second factors."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.guards import actor_of
from backend.audit.actions import Fields, record_change, record_platform_change
from backend.core.clock import clock
from backend.core.origin import Origin, PlatformOrigin
from backend.core.requests import ApiRequest, reader_language
from backend.identity.workplaces.queries import list_workplaces


@dataclass(frozen=True, slots=True)
class AccountChange:
    """Whose account, who has changed it, and by which request."""

    user_id: UUID
    """Whose account it is."""
    user_name: str
    """Who has changed it."""
    is_platform_user: bool
    action: str
    after: Fields
    language: str
    now: datetime
    instance: str
    request_id: str
    sign_in_id: UUID | None = None
    """None without a session."""
    is_own: bool = True
    """False: somebody at the command line has changed it."""

    @property
    def author_id(self) -> UUID | None:
        return self.user_id if self.is_own else None


async def record_own_change(session: AsyncSession, request: ApiRequest, action: str, after: Fields) -> None:
    """An entry by the request's actor about their own account."""
    actor = actor_of(request)
    await record_account_change(
        session,
        AccountChange(
            user_id=actor.user_id,
            user_name=actor.name,
            is_platform_user=actor.merchant is None,
            action=action,
            after=after,
            language=reader_language(request),
            now=clock.now(),
            instance=request.scope["path"],
            request_id=request.scope["state"]["request_id"],
            sign_in_id=actor.sign_in_id,
        ),
    )


async def record_account_change(session: AsyncSession, change: AccountChange) -> None:
    """An entry for each merchant the person works for, or one of the platform."""
    if change.is_platform_user:
        origin = PlatformOrigin(
            change.author_id,
            change.user_name,
            change.language,
            change.now,
            change.instance,
            change.request_id,
            sign_in_id=change.sign_in_id,
        )
        record_platform_change(session, origin, change.action, subject=str(change.user_id), after=change.after)
        return
    for workplace in await list_workplaces(session, change.user_id):
        nobody = Origin.of_nobody(workplace.id, change.now, instance=change.instance)
        origin_there = replace(
            nobody,
            user_id=change.author_id,
            user_name=change.user_name,
            request_id=change.request_id,
            sign_in_id=change.sign_in_id,
        )
        record_change(session, origin_there, change.action, subject_id=change.user_id, after=change.after)
