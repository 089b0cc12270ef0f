from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import ONE_LINE, Answer, Body, Language
from backend.identity.members.schemas import MemberStore, MerchantRole, StoresOfPerson
from backend.identity.passwords.schemas import NewPassword

PlatformRole = Literal["super_admin", "platform_admin"]
InvitedEmail = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=r"^\s*[^@\s]+@[^@\s]+\s*$(?!\n)",
        extra={"format": "email"},
        examples=["lea@fashion.example"],
    ),
]
InvitedName = Annotated[str, Meta(max_length=100, pattern=ONE_LINE, extra={"format": "line"}, examples=["Léa Thoma"])]


class StaffInvitationDraft(Body, kw_only=True):
    """Invites somebody to work for the merchant. A person with an account keeps it: one person may work for several."""

    email: InvitedEmail
    name: InvitedName | None = None
    language: Language | None = None
    """Of the email; otherwise the language of the request."""
    role: MerchantRole = "store_member"
    stores: StoresOfPerson = []


class AdminInvitationDraft(Body, kw_only=True):
    """Invites somebody to administer the platform."""

    email: InvitedEmail
    name: InvitedName | None = None
    language: Language | None = None
    """Of the email; otherwise the language of the request."""
    role: PlatformRole = "platform_admin"


class InvitationView(Answer, kw_only=True):
    """An invitation that was neither accepted nor withdrawn."""

    id: UUID
    email: str
    name: str | None
    role: str
    stores: list[MemberStore]
    invited_by: str
    sent_at: datetime
    expires_at: datetime
    is_expired: bool
    """Resend it, or withdraw it."""


class InvitationList(Answer):
    """Newest first."""

    invitations: list[InvitationView]


class OwnInvitation(Answer, kw_only=True):
    """What the invited person sees before accepting."""

    email: str
    name: str | None
    role: str
    merchant_name: str | None
    """Null: the platform."""
    invited_by: str
    expires_at: datetime
    has_account: bool
    """They accept with the password of their account; otherwise they choose one, and a name."""


class AcceptInvitation(Body, kw_only=True):
    password: NewPassword
    """Of the account; for somebody without one: the password to sign in with from now on."""
    name: InvitedName | None = None
    """Required for somebody without an account."""


class AcceptedInvitation(Answer):
    email: str
    merchant: str | None
    """Code of the merchant to name when signing in; null: the platform."""
