from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import PlatformRow

KINDS = ("password", "pin")


class AccessToken(PlatformRow):
    """A user's bearer token. Only its SHA-256 is stored: a copy of this table grants no access."""

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
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    kind: Mapped[str] = mapped_column(String(10), default="password")
    """How it began: `password`, or `pin` for a colleague who has taken over a till."""
    origin_id: Mapped[UUID | None] = mapped_column(ForeignKey("access_tokens.id", ondelete="CASCADE"))
    """Of kind `pin`: the sign-in with a password from which it came, and with which it ends."""
    store_id: Mapped[UUID | None]
    """Of kind `pin`: the only store where it works."""
    locked_people: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    """Whose PINs were locked by wrong attempts from this sign-in to take over the till."""
