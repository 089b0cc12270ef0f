from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer, Body
from backend.identity.invitations.schemas import PlatformRole


class PlatformUserView(Answer, kw_only=True):
    """Somebody who administers the platform."""

    id: UUID
    email: str
    name: str
    role: str
    """super_admin | platform_admin"""
    has_second_factor: bool
    created_at: datetime
    last_sign_in_at: datetime | None
    """Null when it was long ago."""


class PlatformUserList(Answer):
    """By name."""

    users: list[PlatformUserView]


class ChosenRole(Body):
    role: PlatformRole
