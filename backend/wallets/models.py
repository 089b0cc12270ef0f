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
    Sequence,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantEntity, TenantRow, belongs_to
from backend.wallets.schemas import LinkState

NEVER_SYNCED = -1
PROVIDERS = ("google", "apple")
LINK_STATES = tuple(state.value for state in LinkState)
REVIEW_STATES = ("under_review", "approved", "rejected")
NOTIFY_REASONS = ("reward_ready", "points_expiring")
REASON = String(20)
IS_WAITING = "status = 'active' AND (waiting_since IS NOT NULL OR lease_until IS NOT NULL)"
"""Few of many: a pass that is up to date and not being pushed is none of them."""

apple_update_tags = Sequence("apple_update_tags", metadata=PlatformRow.metadata)
"""Taken under a lock that is held until the commit, so that tags have the order of the commits."""


class WalletLink(TenantRow):
    """A card in one provider's wallet, created when its holder adds the card. `link_state` has the transitions.

    The pass is out of date while the card's `wallet_version` is above `synced_version`.
    """

    __tablename__ = "wallet_links"
    __table_args__ = (
        belongs_to("cards", "card_id", ondelete="CASCADE"),
        UniqueConstraint("merchant_id", "provider", "external_id"),
        CheckConstraint(f"provider IN {PROVIDERS}", name="provider"),
        CheckConstraint(f"status IN {LINK_STATES}", name="status"),
        CheckConstraint(f"notify IN {NOTIFY_REASONS}", name="notify"),
        CheckConstraint("(lease_token IS NULL) = (lease_until IS NULL)", name="lease"),
        Index("ix_wallet_links_waiting", "merchant_id", postgresql_where=text(IS_WAITING)),
    )

    card_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(6), primary_key=True)
    external_id: Mapped[str] = mapped_column(Text)
    """Google's object id, Apple's serial number."""
    status: Mapped[str] = mapped_column(String(7), default=LinkState.ACTIVE)
    synced_version: Mapped[int] = mapped_column(BigInteger, default=NEVER_SYNCED)
    payload_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the content that the provider has accepted last; null when it is not known."""
    notify: Mapped[str | None] = mapped_column(REASON)
    """The notification to send with the next push; kept until a push has succeeded."""
    waiting_since: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """When the oldest change was booked that the pass does not show yet; null when it is not known."""
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Failed attempts since the last success, or since all attempts were used up."""
    next_attempt_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    last_error_code: Mapped[str | None] = mapped_column(LABEL)
    last_error: Mapped[str | None] = mapped_column(Text)
    failed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    saved_by_user: Mapped[bool | None]
    """As the provider reports: in the wallet, removed from it, or null when not known yet."""
    synced_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class WalletNotification(TenantEntity):
    """A notification that was sent. Google drops more than three per card and day without a word, so we count them."""

    __tablename__ = "wallet_notifications"
    __table_args__ = (
        belongs_to("cards", "card_id", ondelete="CASCADE"),
        CheckConstraint(f"provider IN {PROVIDERS}", name="provider"),
        CheckConstraint(f"reason IN {NOTIFY_REASONS}", name="reason"),
        Index("ix_wallet_notifications_card", "merchant_id", "card_id", "provider", "sent_at"),
    )

    card_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str] = mapped_column(REASON)
    sent_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class ApplePass(PlatformRow):
    """A card's pass on iPhones. Phones send its serial number, from which the merchant is found."""

    __tablename__ = "apple_passes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["cards.merchant_id", "cards.id"],
            name="fk_apple_passes_card",
            ondelete="CASCADE",
        ),
        UniqueConstraint("merchant_id", "card_id"),
    )

    serial: Mapped[UUID] = mapped_column(primary_key=True)
    """Random, never changed, and not the card's id."""
    merchant_id: Mapped[UUID]
    card_id: Mapped[UUID]
    auth_token: Mapped[str] = mapped_column(Text)
    """Sealed. It is part of the pass and never changes."""
    update_tag: Mapped[int] = mapped_column(BigInteger, default=0)
    last_modified: Mapped[datetime] = mapped_column(DateTimeUTC)
    """Whole seconds, strictly increasing: phones compare it to find out whether the pass has changed."""
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class AppleDevice(PlatformRow):
    """A phone, under one of the ids that it generates. It may have passes of several merchants."""

    __tablename__ = "apple_devices"
    __table_args__ = (Index("ix_apple_devices_push_token", "push_token"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    library_id: Mapped[str] = mapped_column(Text, unique=True)
    push_token: Mapped[str] = mapped_column(Text)
    token_updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    is_known: Mapped[bool] = mapped_column(default=False)
    """Apple has accepted a push for this token. Anyone with a pass can register tokens that no phone has."""
    last_push_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)


class AppleRegistration(PlatformRow):
    """The phone is pushed when this pass changes."""

    __tablename__ = "apple_registrations"
    __table_args__ = (Index("ix_apple_registrations_serial", "serial"),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("apple_devices.id", ondelete="CASCADE"), primary_key=True)
    serial: Mapped[UUID] = mapped_column(ForeignKey("apple_passes.serial", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class GoogleProgram(PlatformRow):
    """A program's class at Google. Callbacks name the class, from which the merchant is found."""

    __tablename__ = "google_programs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "program_id"],
            ["programs.merchant_id", "programs.id"],
            name="fk_google_programs_program",
            ondelete="CASCADE",
        ),
        UniqueConstraint("merchant_id", "program_id"),
        CheckConstraint(f"review_status IN {REVIEW_STATES}", name="review_status"),
    )

    class_id: Mapped[str] = mapped_column(Text, primary_key=True)
    merchant_id: Mapped[UUID]
    program_id: Mapped[UUID]
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the content that was sent last. The class is sent again only when its content changes."""
    review_status: Mapped[str] = mapped_column(String(12))
    synced_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class GoogleCallback(PlatformRow):
    """A callback that was processed. Google may send it again until it expires."""

    __tablename__ = "google_callbacks"
    __table_args__ = (Index("ix_google_callbacks_expires_at", "expires_at"),)

    nonce: Mapped[str] = mapped_column(Text, primary_key=True)
    object_id: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(LABEL)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class PassImage(PlatformRow):
    """An image on passes, identified by the hash of its content, so it never changes."""

    __tablename__ = "pass_images"
    __table_args__ = (CheckConstraint(text("length(hash) = 64"), name="hash"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the body, in hexadecimal."""
    media_type: Mapped[str] = mapped_column(String(40))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
