from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import PlatformRow


class OnBehalfSession(PlatformRow):
    """A platform user acts for a merchant, with a token of its own. It ends with the session that began it."""

    __tablename__ = "on_behalf_sessions"
    __table_args__ = (Index("ix_on_behalf_sessions_sign_in_id", "sign_in_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("access_tokens.id", ondelete="CASCADE"))
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    reason: Mapped[str] = mapped_column(String(200))
    """As the person entered it. The merchant reads it."""
    begun_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    ends_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """The latest moment; activity does not move it."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
