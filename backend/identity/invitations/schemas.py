from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.enums import Role
from backend.core.languages import Language
from backend.core.schemas import ONE_LINE, Answer, Body
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
        description="Address to which the invitation is sent. It becomes the address to sign in with.",
    ),
]
InvitedName = Annotated[
    str,
    Meta(
        max_length=100,
        pattern=ONE_LINE,
        extra={"format": "line"},
        examples=["Léa Thoma"],
        description="Name of the invited person, for the email. Null: not known.",
    ),
]


class StaffInvitationDraft(Body, kw_only=True):
    """Invites somebody to work for the merchant. A person with an account keeps it, as one may work for several
    merchants."""

    email: InvitedEmail
    name: InvitedName | None = None
    language: Language | None = None
    """Language of the email. Null: the language of the request."""
    role: MerchantRole = "store_member"
    """`merchant_owner`: every permission at every store. `store_member`: what `stores` gives."""
    stores: StoresOfPerson = []
    """Stores where a `store_member` will work, with the permissions there."""


class AdminInvitationDraft(Body, kw_only=True):
    """Invites somebody to administer the platform."""

    email: InvitedEmail
    name: InvitedName | None = None
    language: Language | None = None
    """Language of the email. Null: the language of the request."""
    role: PlatformRole = "platform_admin"
    """`super_admin` may also manage administrators and settings; `platform_admin` may not."""


class InvitationView(Answer, kw_only=True):
    """An invitation that was neither accepted nor withdrawn."""

    id: UUID
    """Id of the invitation. Resending it keeps the id."""
    email: str
    """Address to which the invitation was sent."""
    name: str | None
    """Name that the inviting person gave. Null: none."""
    role: Role
    """Role that the invited person will have: `merchant_owner`, `store_member`, `super_admin` or `platform_admin`."""
    stores: list[MemberStore]
    """Stores and permissions that a `store_member` will have; empty for other roles."""
    invited_by: str
    """Name of the person who invited."""
    sent_at: datetime
    """When the latest email was sent (UTC)."""
    expires_at: datetime
    """When the link expires (UTC), 72 hours after it was sent."""
    is_expired: bool
    """True when the link has expired. Resend the invitation, or withdraw it."""


class InvitationList(Answer):
    """Invitations that were neither accepted nor withdrawn."""

    invitations: list[InvitationView]
    """The invitations, newest first."""


class OwnInvitation(Answer, kw_only=True):
    """What the invited person sees before accepting."""

    email: str
    """Address that was invited. It becomes the address to sign in with."""
    name: str | None
    """Name that the inviting person gave. Null: none."""
    role: Role
    """Role that the invited person will have: `merchant_owner`, `store_member`, `super_admin` or `platform_admin`."""
    merchant_name: str | None
    """Name of the merchant. Null for an invitation to administer the platform."""
    invited_by: str
    """Name of the person who invited."""
    expires_at: datetime
    """When the link expires (UTC)."""
    has_account: bool
    """True: accept with the password of the existing account. False: choose a password and a name."""


class AcceptInvitation(Body, kw_only=True):
    """The invited person accepts."""

    password: NewPassword
    """Password of the existing account, or the new one for somebody without an account."""
    name: InvitedName | None = None
    """Name of the person. Required for somebody without an account."""


class AcceptedInvitation(Answer):
    """What to sign in with now."""

    email: str
    """Address to sign in with."""
    merchant: str | None
    """Code of the merchant to name when signing in. Null for the platform."""
