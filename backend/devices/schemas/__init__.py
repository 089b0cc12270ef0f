from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import ONE_LINE, Answer, Body

DeviceProfile = Literal["till", "kiosk"]
DeviceState = Literal["created", "paired", "suspended", "revoked"]
DeviceName = Annotated[str, Meta(max_length=100, pattern=ONE_LINE, examples=["Counter left"])]
QR_EXAMPLE = "https://orion.example/pair#v=1&api=https%3A%2F%2Fapi.orion.example&store=FASHIONHUB&code=7K3M9QXA"
StoreCodeText = Annotated[str, Meta(min_length=1, max_length=40, examples=["FASHIONHUB"])]


class DeviceDraft(Body):
    """A tablet to be added."""

    name: DeviceName
    """What people call it, on one line."""
    store_code: StoreCodeText
    """Code of its store."""
    profile: DeviceProfile = "till"
    """`till`: for staff. `kiosk`: stands among customers."""


class DeviceChange(Body):
    """Members that are left out stay as they are."""

    name: DeviceName | UnsetType = UNSET
    """What people call it, on one line."""
    store_code: StoreCodeText | UnsetType = UNSET
    """Code of its new store. There it fetches everything anew."""


class DeviceRevocation(Body):
    """Revokes a tablet for good."""

    reason: Annotated[str, Meta(max_length=200, pattern=ONE_LINE, examples=["Stolen"])]
    """Why, on one line. It is kept in the audit."""
    wipe: bool = True
    """True when the tablet shall delete its data and its key with its next request."""


class DeviceMessage(Body):
    """A message to the people at a tablet."""

    text: Annotated[str, Meta(max_length=200, pattern=ONE_LINE, examples=["Please bring the tablet to the office."])]
    """One line. It replaces a message that was not read yet."""


class DeviceStore(Answer):
    """The store of a tablet."""

    id: UUID
    """Id of the store."""
    code: str
    """Code of the store."""
    name: str
    """Name of the store."""


class DeviceView(Answer):
    """A tablet of a store, as the office sees it."""

    id: UUID
    """Id of the tablet."""
    name: str
    """What people call it."""
    profile: DeviceProfile
    """`till`: for staff. `kiosk`: stands among customers."""
    state: DeviceState
    """`created`: not paired yet. `paired`: in use. `suspended`: after too many wrong PINs. `revoked`: for good."""
    store: DeviceStore
    """Its store."""
    brand: str | None
    """Brand of the hardware. Null: not given."""
    model: str | None
    """Model of the hardware. Null: not given."""
    app_version_code: int | None
    """Number of the version of its app. Null before it is paired."""
    app_version_name: str | None
    """Name of the version of its app. Null: not given."""
    os_version: str | None
    """SDK level and patch level of its system. Null: not given."""
    clock_offset_ms: int | None
    """How far its clock is ahead of the server, in milliseconds, at its last heartbeat. Null before the first one."""
    pending_count: int
    """Operations done offline and not handed in yet, as it last said."""
    oldest_pending_at: datetime | None
    """When the oldest of them was done (UTC). Null: there are none."""
    review_count: int
    """Operations that it has handed in and that wait for a decision of a person, as `listReview` shows them."""
    battery_percent: int | None
    """Charge of its battery, 0 to 100. Null: not given."""
    network: str | None
    """Kind of its network, such as `wifi`. Null: not given."""
    is_kiosk_locked: bool | None
    """True when the app cannot be left. Null: not given."""
    created_at: datetime
    """When it was added (UTC)."""
    paired_at: datetime | None
    """When it was last paired (UTC). Null: never."""
    last_seen_at: datetime | None
    """When it last called, to the minute (UTC). Null: never."""
    suspended_at: datetime | None
    """When it was suspended (UTC). Null: it is not."""
    revoked_at: datetime | None
    """When it was revoked (UTC). Null: it is not."""
    revoked_reason: str | None
    """Why it was revoked. Null: it is not."""
    accept_pending_until: datetime | None
    """Until when a revoked one may hand in what it did before (UTC). Null: it is not revoked."""
    code_expires_at: datetime | None
    """Until when its pairing code works (UTC). Null: there is none."""
    wipe_requested_at: datetime | None
    """Since when it is asked to delete everything it keeps (UTC). Null: it is not, or it has."""
    message: str | None
    """The last message to it. Null: none."""
    message_sent_at: datetime | None
    """When the message was sent (UTC). Null: there is none."""
    message_read_at: datetime | None
    """When somebody at the tablet confirmed the message (UTC). Null: not yet."""
    version: int
    """Version of the row, for `If-Match`."""


class DeviceList(Answer):
    """Tablets, by store and name; revoked ones last."""

    data: list[DeviceView]
    """The tablets."""


class PairingCodeView(Answer):
    """Shown once: only a hash of the code is stored."""

    pairing_id: UUID
    """Id of this pairing, as in the audit."""
    code: Annotated[str, Meta(examples=["7K3M-9QXA"])]
    """Eight characters. Case, spaces and hyphens do not matter when they are entered."""
    expires_at: datetime
    """Until when it works (UTC)."""
    qr_payload: Annotated[str, Meta(examples=[QR_EXAMPLE])]
    """For the QR code: an address whose fragment has the code, so that it reaches no server's log."""
