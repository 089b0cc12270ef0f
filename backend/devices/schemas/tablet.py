"""What a tablet sends of itself, and what it is answered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.moments import Moment
from backend.core.schemas import IN_ITS_DIRECTION, Answer, Body
from backend.devices.schemas import DeviceProfile

ShortText = Annotated[str, Meta(max_length=100, pattern=IN_ITS_DIRECTION)]
CommandName = Literal["roll_token", "resync", "update", "message", "wipe"]
Token64 = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$(?!\n)", examples=["7f9d0c1a-5c5e"])
]
Count = Annotated[int, Meta(ge=0, le=2_147_483_647)]
Milliseconds = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]


class AppVersion(Body):
    """Version of the app."""

    version_code: Count
    """Number of the version, which grows."""
    version_name: Annotated[str, Meta(max_length=40, pattern=IN_ITS_DIRECTION)] = ""
    """Name of the version, for people."""


class OsVersion(Body):
    """Version of Android."""

    sdk: Count
    """SDK level."""
    patch_level: Annotated[str, Meta(max_length=20, pattern=IN_ITS_DIRECTION)] = ""
    """Security patch level, such as `2026-11-01`."""


class Hardware(Body):
    """What the tablet is."""

    brand: ShortText = ""
    """Its brand."""
    model: ShortText = ""
    """Its model."""


class Pairing(Body):
    """What a tablet sends to be paired."""

    code: Annotated[str, Meta(min_length=1, max_length=40, examples=["7K3M-9QXA"])]
    """The code of the office, as scanned or entered."""
    handshake_version: Annotated[int, Meta(ge=1, le=1)]
    """Version of this exchange: 1."""
    public_key: Annotated[str, Meta(min_length=1, max_length=400, examples=["MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"])]
    """SubjectPublicKeyInfo of a P-256 key, in base64."""
    installation_id: Token64
    """Made by the app when it was installed."""
    app: AppVersion
    """Version of the app."""
    os: OsVersion | None = None
    """Version of the system. Null: not given."""
    hardware: Hardware | None = None
    """What the tablet is. Null: not given."""
    attestation_chain: Annotated[list[Annotated[str, Meta(max_length=8192)]], Meta(max_length=8)] | None = None
    """Certificates of the key, in base64: accepted for later use, neither evaluated nor stored."""


class PairedMerchant(Answer):
    """The merchant of a tablet."""

    id: UUID
    """Id of the merchant."""
    code: str
    """Code of the merchant."""
    name: str
    """Name of the merchant."""


class PairedStore(Answer):
    """The store of a tablet."""

    id: UUID
    """Id of the store."""
    code: str
    """Code of the store."""
    name: str
    """Name of the store."""
    timezone: str
    """Time zone of the store, such as `Europe/Luxembourg`."""
    currency: str
    """Currency of the merchant, as in ISO 4217."""


class DeviceTokenView(Answer):
    """A new token of a tablet."""

    token: str
    """Shown once. The token before it works until this one is first used, 24 hours at most."""
    token_expires_at: datetime
    """When it expires (UTC). For 90 days after that it can still be exchanged for another one."""
    server_time: datetime
    """Time of the server (UTC)."""


class PairedDevice(Answer):
    """A tablet that was paired."""

    device_id: UUID
    """Id of the tablet."""
    token: str
    """Bearer token, shown once. It works with signatures of the key that was paired only."""
    token_expires_at: datetime
    """When it expires (UTC). For 90 days after that it can still be exchanged for another one."""
    merchant: PairedMerchant
    """The merchant."""
    store: PairedStore
    """The store at which it books."""
    profile: DeviceProfile
    """`till`: for staff. `kiosk`: stands among customers."""
    permissions: list[str]
    """Codes of what it may do at its store."""
    server_time: datetime
    """Time of the server (UTC)."""
    bootstrap_url: Annotated[str, Meta(examples=["https://api.example.com/api/v1/devices/me/bootstrap"])]
    """Path at which it fetches what it keeps."""


class HeartbeatVersions(Body):
    """Versions of what runs on the tablet."""

    app_version_code: Count
    """Number of the version of the app."""
    app_version_name: Annotated[str, Meta(max_length=40, pattern=IN_ITS_DIRECTION)] = ""
    """Name of the version of the app."""
    os_sdk: Count | None = None
    """SDK level of the system. Null: as told before."""
    os_patch_level: Annotated[str, Meta(max_length=20, pattern=IN_ITS_DIRECTION)] | None = None
    """Security patch level of the system. Null: as told before."""
    texts_version: Token64 | None = None
    """The `texts_version` of its bootstrap. Null: it has none."""


class Heartbeat(Body):
    """How a tablet is."""

    device_time: Moment
    """Time by the tablet's clock."""
    elapsed_realtime_ms: Milliseconds
    """Milliseconds since it was started."""
    boot_id: Token64
    """Differs after each start of the tablet."""
    versions: HeartbeatVersions
    """Versions of what runs on it."""
    pending_count: Count = 0
    """Operations done offline and not handed in yet."""
    oldest_pending_at: Moment | None = None
    """When the oldest of them was done. Null: there are none."""
    battery_percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    """Charge of the battery, 0 to 100. Null: not known."""
    network: Annotated[str, Meta(max_length=20, pattern=r"^[a-z0-9_]*$(?!\n)", examples=["wifi"])] | None = None
    """Kind of the network, such as `wifi`. Null: not known."""
    kiosk_locked: bool | None = None
    """True when the app cannot be left. Null: not known."""
    followed: Annotated[list[UUID], Meta(max_length=20)] = []
    """Ids of commands that were followed: a `message` that somebody has confirmed, a `wipe` that is done."""


class DeviceCommand(Answer):
    """Comes again until it is followed. Unknown ones are ignored."""

    command: CommandName
    """What to do: exchange the token, fetch the bootstrap, update the app, show `text`, or delete everything."""
    id: UUID | None = None
    """Id of a `message` or a `wipe`, for `followed`. Null for the others."""
    text: str | None = None
    """Text of a `message`. Null for the others."""


class HeartbeatAnswer(Answer):
    """What a tablet shall do."""

    server_time: datetime
    """Time of the server (UTC)."""
    commands: list[DeviceCommand]
    """What to do, in this order."""
    next_heartbeat_seconds: int
    """Seconds until the next heartbeat."""
