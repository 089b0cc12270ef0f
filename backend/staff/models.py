from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.access.permissions import MERCHANT_ROLES, PLATFORM_ROLES
from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantRow, belongs_to, of_member


class User(PlatformRow):
    """A person who signs in. Looked up by email before the merchant is known, hence not a tenant row.

    Works either for the platform or for merchants: `platform_role` or rows of `merchant_members`, never both.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(f"platform_role IN {PLATFORM_ROLES}", name="platform_role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    platform_role: Mapped[str | None] = mapped_column(String(20))
    """None for people of merchants."""
    email: Mapped[str] = mapped_column(String(254))
    email_norm: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(LABEL)
    language: Mapped[str | None] = mapped_column(String(5))
    password_hash: Mapped[str] = mapped_column(Text)
    has_long_password: Mapped[bool] = mapped_column(default=True, server_default=true())
    """It suffices without a second factor."""
    totp_secret: Mapped[str | None] = mapped_column(Text)
    """Base32, sealed; None until the person has set up an authenticator."""
    totp_used_step: Mapped[int | None] = mapped_column(BigInteger)
    """The newest time step whose code was used; codes of this and earlier steps are refused."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class MerchantMember(PlatformRow):
    """Somebody who works or has worked for a merchant. A person may work for several.

    Looked up by user before the merchant is known, hence not a tenant row. Never deleted: history refers to it.
    """

    __tablename__ = "merchant_members"
    __table_args__ = (
        CheckConstraint(f"role IN {MERCHANT_ROLES}", name="role"),
        Index("ix_merchant_members_user_id", "user_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    joined_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    left_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """None while they work here. A former member cannot sign in to this merchant."""
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated

    @property
    def id(self) -> UUID:
        """As audit entries name the member."""
        return self.user_id


class StoreMember(TenantRow):
    """A member's place at a store, with their permissions there."""

    __tablename__ = "store_members"
    __table_args__ = (belongs_to("stores", "store_id"), of_member("user_id"))

    store_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
