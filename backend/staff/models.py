from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.permissions import ROLES
from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantRow, belongs_to


class User(PlatformRow):
    """A person who signs in. Looked up by email before the merchant is known, hence not a tenant row."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint("(merchant_id IS NULL) = (role IN ('super_admin', 'platform_admin'))", name="merchant"),
        UniqueConstraint("merchant_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    """None for platform users."""
    role: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254))
    email_norm: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(LABEL)
    language: Mapped[str | None] = mapped_column(String(5))
    password_hash: Mapped[str] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    """Base32, sealed; None until the person has set up an authenticator."""
    totp_used_step: Mapped[int | None] = mapped_column(BigInteger)
    """The newest time step whose code was used; codes of this and earlier steps are refused."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class StoreMember(TenantRow):
    """A user's membership of a store, with their permissions there."""

    __tablename__ = "store_members"
    __table_args__ = (belongs_to("stores", "store_id"), belongs_to("users", "user_id"))

    store_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
