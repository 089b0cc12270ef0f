from datetime import datetime
from uuid import UUID

from backend.core.enums import Role
from backend.core.schemas import Answer, Body
from backend.identity.invitations.schemas import PlatformRole


class PlatformUserView(Answer, kw_only=True):
    """Somebody who administers the platform."""

    id: UUID
    """Id of the person."""
    email: str
    """Address with which the person signs in."""
    name: str
    """Name of the person, as audits show it."""
    role: Role
    """`super_admin` may also manage administrators and settings; `platform_admin` may not."""
    has_second_factor: bool
    """True when the person has an authenticator app or a passkey."""
    created_at: datetime
    """When the account was made (UTC)."""
    last_sign_in_at: datetime | None
    """Latest sign-in (UTC). Null when there was none lately."""


class PlatformUserList(Answer):
    """All administrators of the platform."""

    users: list[PlatformUserView]
    """The administrators, by name."""


class ChosenRole(Body):
    """The new role of an administrator."""

    role: PlatformRole
    """`super_admin` may also manage administrators and settings; `platform_admin` may not."""
