from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import PlatformRow


class AccessToken(PlatformRow):
    """A user's bearer token. Only its SHA-256 is stored: a copy of this table grants no access."""

    __tablename__ = "access_tokens"
    __table_args__ = (Index("ix_access_tokens_user_id", "user_id"), Index("ix_access_tokens_expires_at", "expires_at"))

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    """Identifies the sign-in where the token itself must not be stored or shown."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    """The merchant for whom the user works in this session; None for platform users."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
