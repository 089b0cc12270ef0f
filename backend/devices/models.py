from datetime import datetime
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, SmallInteger, String, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id
from backend.core.models import LABEL, PlatformRow, TenantEntity, TenantRow, belongs_to

PROFILES = ("till", "kiosk")
STATES = ("created", "paired", "suspended", "revoked")


class Device(TenantEntity):
    """A tablet of a store. Its requests are signed with a key that never leaves it."""

    __tablename__ = "devices"
    __table_args__ = (
        belongs_to("stores", "store_id"),
        CheckConstraint(f"profile IN {PROFILES}", name="profile"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
        CheckConstraint("(state = 'suspended') = (suspended_at IS NOT NULL)", name="suspended"),
        CheckConstraint("state NOT IN ('paired', 'suspended') OR public_key IS NOT NULL", name="paired"),
        CheckConstraint("battery_percent BETWEEN 0 AND 100", name="battery_percent"),
        CheckConstraint("pending_count >= 0", name="pending_count"),
        CheckConstraint("(wipe_id IS NULL) = (wipe_requested_at IS NULL)", name="wipe"),
        CheckConstraint("(message_id IS NULL) = (message IS NULL)", name="message"),
    )

    store_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(LABEL)
    profile: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="created")
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SubjectPublicKeyInfo in DER."""
    installation_id: Mapped[str | None] = mapped_column(String(64))
    brand: Mapped[str | None] = mapped_column(LABEL)
    model: Mapped[str | None] = mapped_column(LABEL)
    os_sdk: Mapped[int | None]
    os_patch_level: Mapped[str | None] = mapped_column(String(20))
    app_version_code: Mapped[int | None]
    app_version_name: Mapped[str | None] = mapped_column(String(40))
    texts_version: Mapped[str | None] = mapped_column(String(64))
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Of its last heartbeat: how far its clock is ahead of ours."""
    boot_id: Mapped[str | None] = mapped_column(String(64))
    elapsed_realtime_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Time since its boot, at its last heartbeat."""
    pending_count: Mapped[int] = mapped_column(default=0)
    """What it has done and not handed in yet, as it last said."""
    oldest_pending_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    battery_percent: Mapped[int | None] = mapped_column(SmallInteger)
    network: Mapped[str | None] = mapped_column(String(20))
    is_kiosk_locked: Mapped[bool | None]
    locked_people: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    """Whose PINs were locked by wrong attempts from here, since it was last resumed."""
    must_resync: Mapped[bool] = mapped_column(default=False)
    """What it knows is of another store: until its next bootstrap."""
    wipe_id: Mapped[UUID | None]
    """The office wants it emptied; until it says that it has followed."""
    wipe_requested_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    message_id: Mapped[UUID | None]
    """Of the last message from the office."""
    message: Mapped[str | None] = mapped_column(String(200))
    message_sent_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    message_read_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    paired_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    last_seen_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """Written once a minute at most."""
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    suspended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    revoked_reason: Mapped[str | None] = mapped_column(String(200))
    wipes: Mapped[bool] = mapped_column(default=False)
    """Once revoked, it is told to delete everything."""
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - never mutated


class PairingCode(PlatformRow):
    """Looked up before the merchant is known. Only keyed hashes are stored: 40 bits could be guessed from others."""

    __tablename__ = "pairing_codes"
    __table_args__ = (
        belongs_to("devices", "device_id"),
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_pairing_codes_prefix_hash", "prefix_hash"),
        Index("ix_pairing_codes_device", "merchant_id", "device_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID]
    device_id: Mapped[UUID]
    prefix_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the first half: a wrong second half counts as a try at this code."""
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    replaced_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """A newer one was made, or the device was revoked."""
    used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    used_key: Mapped[str | None] = mapped_column(Text)
    """The Idempotency-Key of the request that used it."""
    used_public_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class DeviceToken(PlatformRow):
    """A bearer token of a device. Only its SHA-256 is stored; it is worth nothing without the device's key."""

    __tablename__ = "device_tokens"
    __table_args__ = (
        belongs_to("devices", "device_id"),
        Index("ix_device_tokens_device", "merchant_id", "device_id"),
        Index("ix_device_tokens_expires_at", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    merchant_id: Mapped[UUID]
    device_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    overlap_ends_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """A newer token was issued, and not used yet."""
    first_used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    """A newer token was used, or the device was paired anew."""


class DeviceNonce(TenantRow):
    """A nonce of a request that was accepted. In PostgreSQL, because what Redis forgets could be sent again."""

    __tablename__ = "device_nonces"
    __table_args__ = (
        belongs_to("devices", "device_id"),
        Index("ix_device_nonces_seen_at", "seen_at"),
    )

    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class FailedPinReport(TenantRow):
    """Wrong PINs entered while a device was offline, reported once for each event."""

    __tablename__ = "failed_pin_reports"
    __table_args__ = (
        belongs_to("devices", "device_id"),
        CheckConstraint("count BETWEEN 1 AND 20", name="count"),
        Index("ix_failed_pin_reports_device", "merchant_id", "device_id", "reported_at"),
    )

    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    count: Mapped[int] = mapped_column(SmallInteger)
    occurred_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """By the device's clock."""
    reported_at: Mapped[datetime] = mapped_column(DateTimeUTC)
