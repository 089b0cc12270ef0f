from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.permissions import MERCHANT_ROLES, PLATFORM_ROLES
from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow

OPEN = "accepted_at IS NULL AND withdrawn_at IS NULL"


class Invitation(PlatformRow):
    """To work for a merchant, or for the platform. Looked up by its token before the merchant is known.

    Only the token's SHA-256 is stored. A resent one has a new token, and the old one opens nothing.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint(
            f"role IN {MERCHANT_ROLES} AND merchant_id IS NOT NULL OR role IN {PLATFORM_ROLES} AND merchant_id IS NULL",
            name="role",
        ),
        Index(
            "uq_invitations_open",
            "merchant_id",
            "email_norm",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text(OPEN),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    """None: to the platform."""
    email: Mapped[str] = mapped_column(String(254))
    email_norm: Mapped[str] = mapped_column(String(254))
    name: Mapped[str | None] = mapped_column(LABEL)
    language: Mapped[str] = mapped_column(String(5))
    role: Mapped[str] = mapped_column(String(20))
    stores: Mapped[list[dict[str, Any]]] = mapped_column(JsonB)
    """`StorePermissions` as JSON."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """None: somebody at the command line."""
    invited_by_name: Mapped[str] = mapped_column(LABEL)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    sent_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    accepted_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
