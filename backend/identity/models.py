from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow

USER_AGENT_MAX = 200

KINDS = ("password", "pin")


class AccessToken(PlatformRow):
    """A session: a user's bearer token. Only its SHA-256 is stored: a copy of this table grants no access."""

    __tablename__ = "access_tokens"
    __table_args__ = (
        ForeignKeyConstraint(["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"]),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(
            "(kind = 'pin') = (origin_id IS NOT NULL) AND (kind = 'pin') = (store_id IS NOT NULL)", name="began_by_pin"
        ),
        Index("ix_access_tokens_user_id", "user_id"),
        Index("ix_access_tokens_origin_id", "origin_id"),
        Index("ix_access_tokens_expires_at", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    """Identifies the sign-in where the token itself must not be stored or shown."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    """The merchant for whom the user works in this session; None for platform users."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    last_seen_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """Written once a minute at most."""
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    kind: Mapped[str] = mapped_column(String(10), default="password")
    """How it began: `password`, or `pin` for a colleague who has taken over a till."""
    origin_id: Mapped[UUID | None] = mapped_column(ForeignKey("access_tokens.id", ondelete="CASCADE"))
    """Of kind `pin`: the sign-in with a password from which it came, and with which it ends."""
    store_id: Mapped[UUID | None]
    """Of kind `pin`: the only store where it works."""
    locked_people: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    """Whose PINs were locked by wrong attempts from this sign-in, other than its person's own."""
    user_agent: Mapped[str | None] = mapped_column(String(USER_AGENT_MAX))
    second_factor: Mapped[str | None] = mapped_column(String(20))
    """The factor beside the password: `totp`, `recovery_code` or `passkey`."""
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """When the person last gave password and second factor for a change of their own account."""


class SignInChallenge(PlatformRow):
    """One step of a sign-in, a registration or a confirmation that the browser has yet to answer. It works once."""

    __tablename__ = "sign_in_challenges"
    __table_args__ = (Index("ix_sign_in_challenges_expires_at", "expires_at"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    """`second_factor`, `passkey` (alone), `registration` or `confirmation`."""
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """None: the answer names the person."""
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    """What a passkey signs."""
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class Passkey(PlatformRow):
    """A WebAuthn credential."""

    __tablename__ = "passkeys"
    __table_args__ = (Index("ix_passkeys_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """Of the authenticator; a lower one reveals a copy. Synchronized passkeys send 0."""
    name: Mapped[str] = mapped_column(LABEL)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    last_used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)


class RecoveryCode(PlatformRow):
    """Replaces a second factor once. Only its SHA-256 is stored: 78 random bits cannot be guessed from it."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class FactorTry(PlatformRow):
    """Wrong second factors of one person, from one known device or from all unknown ones together."""

    __tablename__ = "factor_tries"
    __table_args__ = (CheckConstraint("tries > 0", name="tries"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    device: Mapped[str] = mapped_column(String(32), primary_key=True)
    """A known device's id, a session's id, or empty for unknown devices."""
    tries: Mapped[int] = mapped_column(SmallInteger)
    began_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class PasswordReset(PlatformRow):
    """The link to choose a new password: one for each person, the newest. Only its SHA-256 is stored."""

    __tablename__ = "password_resets"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class PasswordResetRequest(PlatformRow):
    """An email that somebody typed to get a link; deleted when it is answered, whether or not it is known here."""

    __tablename__ = "password_reset_requests"
    __table_args__ = (Index("ix_password_reset_requests_created_at", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email_norm: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(5))
    """Of the page, for a person who has chosen none."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
