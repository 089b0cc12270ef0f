"""What an operator is told about one address: account, workplaces, second factors, sessions, invitations and emails."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.messaging.story import StoryMail


class Place(Struct, frozen=True):
    """Work for one merchant."""

    merchant: str
    role: str
    stores: dict[str, list[str]]
    """Permissions by the store's code; an owner has all of them everywhere."""
    closed_stores: list[str]
    pin: str
    """`none`, `set`, `locked` or `disabled`."""
    pin_locked_until: datetime | None
    joined_at: datetime


class OpenSession(Struct, frozen=True):
    """A session that has neither ended nor idled."""

    id: UUID
    merchant: str | None
    kind: str
    """`password`, `pin`, or `on_behalf`."""
    browser: str
    began_at: datetime
    last_seen_at: datetime


class StoryInvitation(Struct, frozen=True):
    """Neither accepted nor withdrawn."""

    merchant: str | None
    """None: to the platform."""
    email: str
    role: str
    invited_by: str
    sent_at: datetime
    expires_at: datetime


class PersonAccount(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    email: str
    is_active: bool
    platform_role: str | None
    created_at: datetime
    places: list[Place]
    former_merchants: list[str]
    has_authenticator: bool
    passkeys: int
    recovery_codes: int
    codes_refused_until: datetime | None
    """In browsers that are not known: too many wrong codes."""
    reset_link_until: datetime | None
    sessions: list[OpenSession]
    has_invited: list[StoryInvitation]
    """Invitations by this person that are still open."""

    @property
    def has_second_factor(self) -> bool:
        return self.has_authenticator or self.passkeys > 0


class PersonStory(Struct, frozen=True):
    email: str
    account: PersonAccount | None
    """None: nobody signs in with this address."""
    invitations: list[StoryInvitation]
    mails: list[StoryMail]
    """The latest of the platform to this address."""
    next: list[str]
    """What stands in the way of signing in, and what helps."""
