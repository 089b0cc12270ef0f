from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.core.models import CODE, LABEL, PlatformRow, TenantEntity, TenantRow, of_merchant

STAFF_PIN_POLICIES = ("required", "optional", "disabled")
COUNTRY = "LU"
"""Default country of a store."""


class Merchant(PlatformRow):
    __tablename__ = "merchants"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(CODE, unique=True)
    name: Mapped[str] = mapped_column(LABEL)
    timezone: Mapped[str] = mapped_column(String(64))
    default_language: Mapped[str] = mapped_column(String(5))
    currency: Mapped[str] = mapped_column(String(3))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    """Where answers to emails to customers go. None: to the platform."""
    postal_address: Mapped[str | None] = mapped_column(String(300))
    """On one line, for the footer of emails."""
    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    """For trying out: lists mark it, and its API keys begin with `ok_test_`. Metrics of operations count it, too."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC, default=clock.now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated


class Store(TenantEntity):
    __tablename__ = "stores"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "code"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
    )

    code: Mapped[str] = mapped_column(CODE)
    name: Mapped[str] = mapped_column(LABEL)
    timezone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2), default=COUNTRY, server_default=COUNTRY)
    """ISO 3166; the country of phone numbers without a country code."""
    language: Mapped[str | None] = mapped_column(String(5))
    """For readers without a language of their own. None: the merchant's."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC, default=clock.now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated


class StoreCode(PlatformRow):
    """Merchant and store of a store's code. Codes are unique on the platform: they are looked up without a merchant."""

    __tablename__ = "store_codes"
    __table_args__ = (
        ForeignKeyConstraint(["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"], ondelete="CASCADE"),
    )

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    merchant_id: Mapped[UUID]
    store_id: Mapped[UUID]
    is_active: Mapped[bool] = mapped_column(default=True)
    """As the store. Nobody joins at a closed one."""


class Policy(TenantRow):
    """The merchant's rules for tills; edited by platform admins, read by owners."""

    __tablename__ = "policies"
    __table_args__ = (
        of_merchant(),
        CheckConstraint(f"staff_pin_policy IN {STAFF_PIN_POLICIES}", name="staff_pin_policy"),
        CheckConstraint("lockout_attempts BETWEEN 1 AND 20", name="lockout_attempts"),
        CheckConstraint("lockout_minutes BETWEEN 1 AND 1440", name="lockout_minutes"),
        CheckConstraint("lock_after_minutes BETWEEN 0 AND 240", name="lock_after_minutes"),
    )

    staff_pin_policy: Mapped[str] = mapped_column(String(10), default="optional")
    lockout_attempts: Mapped[int] = mapped_column(default=5)
    lockout_minutes: Mapped[int] = mapped_column(default=30)
    lock_after_minutes: Mapped[int] = mapped_column(default=2)
    """How long a till stays open unused. 0: always."""
    allow_self_enrollment: Mapped[bool] = mapped_column(default=True)
    allow_void_transactions: Mapped[bool] = mapped_column(default=True)
    allow_cross_location_redemption: Mapped[bool] = mapped_column(default=True)
    require_order_reference: Mapped[bool] = mapped_column(default=False)
    log_ip_addresses: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC, default=clock.now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated

    @property
    def id(self) -> UUID:
        """A merchant has one."""
        return self.merchant_id
