from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import IN_ITS_DIRECTION, ONE_LINE, Answer, Body

DeviceProfile = Literal["till", "kiosk"]
DeviceState = Literal["created", "paired", "suspended", "revoked"]
DeviceName = Annotated[str, Meta(max_length=100, pattern=ONE_LINE, examples=["Counter left"])]
StoreCodeText = Annotated[str, Meta(min_length=1, max_length=40, examples=["FASHIONHUB"])]
ShortText = Annotated[str, Meta(max_length=100, pattern=IN_ITS_DIRECTION)]
CommandName = Literal["roll_token", "resync", "update"]
Token64 = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$(?!\n)")]
Count = Annotated[int, Meta(ge=0, le=2_147_483_647)]
Milliseconds = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]


class DeviceDraft(Body):
    name: DeviceName
    store_code: StoreCodeText
    profile: DeviceProfile = "till"


class DeviceChange(Body):
    name: DeviceName | UnsetType = UNSET
    store_code: StoreCodeText | UnsetType = UNSET


class DeviceRevocation(Body):
    reason: Annotated[str, Meta(max_length=200, pattern=ONE_LINE, examples=["Stolen"])]
    wipe: bool = True
    """The device deletes its data and its key with its next request."""


class DeviceStore(Answer):
    id: UUID
    code: str
    name: str


class DeviceView(Answer):
    """A tablet of a store, as the office sees it."""

    id: UUID
    name: str
    profile: DeviceProfile
    state: DeviceState
    store: DeviceStore
    brand: str | None
    model: str | None
    app_version_code: int | None
    app_version_name: str | None
    os_version: str | None
    """SDK level and patch level."""
    clock_offset_ms: int | None
    """How far its clock is ahead of ours."""
    pending_count: int
    """What it has done offline and not handed in yet, as it last said."""
    oldest_pending_at: datetime | None
    battery_percent: int | None
    network: str | None
    is_kiosk_locked: bool | None
    created_at: datetime
    paired_at: datetime | None
    last_seen_at: datetime | None
    suspended_at: datetime | None
    revoked_at: datetime | None
    revoked_reason: str | None
    accept_pending_until: datetime | None
    """Of a revoked one: until then it may hand in what it did before."""
    code_expires_at: datetime | None
    """Of the pairing code that works at present."""
    version: int


class DeviceList(Answer):
    data: list[DeviceView]


class PairingCodeView(Answer):
    """Shown once: only a hash of the code is stored."""

    pairing_id: UUID
    code: str
    """Eight characters; case, spaces and hyphens do not matter when they are typed."""
    expires_at: datetime
    qr_payload: str
    """For the QR code: an address whose fragment has the code, so that it reaches no server's log."""


class AppVersion(Body):
    version_code: Count
    version_name: Annotated[str, Meta(max_length=40, pattern=IN_ITS_DIRECTION)] = ""


class OsVersion(Body):
    sdk: Count
    patch_level: Annotated[str, Meta(max_length=20, pattern=IN_ITS_DIRECTION)] = ""


class Hardware(Body):
    brand: ShortText = ""
    model: ShortText = ""


class Pairing(Body):
    code: Annotated[str, Meta(min_length=1, max_length=40, examples=["7K3M-9QXA"])]
    handshake_version: Literal[1]
    public_key: Annotated[str, Meta(min_length=1, max_length=400)]
    """SubjectPublicKeyInfo of a P-256 key, base64."""
    installation_id: Token64
    app: AppVersion
    os: OsVersion | None = None
    hardware: Hardware | None = None
    attestation_chain: Annotated[list[Annotated[str, Meta(max_length=8192)]], Meta(max_length=8)] | None = None
    """Accepted for later use, neither evaluated nor stored."""


class PairedMerchant(Answer):
    id: UUID
    code: str
    name: str


class PairedStore(Answer):
    id: UUID
    code: str
    name: str
    timezone: str
    currency: str


class DeviceTokenView(Answer):
    token: str
    """Shown once. The token before it works until this one is first used, 24 hours at most."""
    token_expires_at: datetime
    server_time: datetime


class PairedDevice(Answer):
    device_id: UUID
    token: str
    token_expires_at: datetime
    merchant: PairedMerchant
    store: PairedStore
    profile: DeviceProfile
    permissions: list[str]
    server_time: datetime
    bootstrap_url: str


class HeartbeatVersions(Body):
    app_version_code: Count
    app_version_name: Annotated[str, Meta(max_length=40, pattern=IN_ITS_DIRECTION)] = ""
    os_sdk: Count | None = None
    os_patch_level: Annotated[str, Meta(max_length=20, pattern=IN_ITS_DIRECTION)] | None = None
    texts_version: Token64 | None = None


class Heartbeat(Body):
    device_time: datetime
    """By the device's clock."""
    elapsed_realtime_ms: Milliseconds
    boot_id: Token64
    versions: HeartbeatVersions
    pending_count: Count = 0
    oldest_pending_at: datetime | None = None
    battery_percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    network: Annotated[str, Meta(max_length=20, pattern=r"^[a-z0-9_]*$(?!\n)", examples=["wifi"])] | None = None
    kiosk_locked: bool | None = None


class DeviceCommand(Answer):
    """Commands may come again until they are followed; unknown ones are ignored."""

    command: CommandName
    """Exchange the token, fetch the bootstrap, or update the app."""


class HeartbeatAnswer(Answer):
    server_time: datetime
    commands: list[DeviceCommand]
    next_heartbeat_seconds: int


class FailedPin(Body):
    """Wrong PINs of one person, typed one after the other without a connection."""

    event_id: UUID
    """Made by the app and kept before sending: each event counts once, however often it is reported."""
    occurred_at: datetime
    count: Annotated[int, Meta(ge=1, le=20)] = 1


class FailedPinAnswer(Answer):
    locked: bool
    locked_until: datetime | None
    """Null for a PIN that is not locked, and for one that ten wrong attempts have disabled."""
    remaining: int
    """Wrong attempts until it is locked."""
    duplicate: bool
    """All of it was reported before."""
