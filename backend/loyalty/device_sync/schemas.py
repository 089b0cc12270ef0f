"""What a tablet knows while it has no connection."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.enums import ProgramKind
from backend.core.schemas import Answer
from backend.devices.schemas import DeviceProfile
from backend.devices.schemas.tablet import PairedMerchant, PairedStore
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.fraud_limits.schemas import FraudLimitEntry
from backend.loyalty.programs.schemas import TermsView
from backend.loyalty.rewards.schemas import RewardView
from backend.merchants.schemas import PolicyView


class DeviceConfig(Answer):
    """What a tablet is, and how it shall work."""

    device_id: UUID
    """Id of the tablet."""
    name: str
    """What people call it."""
    profile: DeviceProfile
    """`till`: for staff. `kiosk`: stands among customers."""
    permissions: list[str]
    """Codes of what it may do at its store."""
    merchant: PairedMerchant
    """The merchant."""
    store: PairedStore
    """The store at which it books."""
    is_live: bool
    """True when loyalty is switched on at the store."""
    min_version_code: int
    """Older versions of the app are refused. 0: none."""
    latest_version_code: int
    """Newest version of the app. 0: not known."""
    heartbeat_seconds: int
    """Seconds between heartbeats."""
    clock_tolerance_seconds: int
    """By how much the time of a signature may be off."""


class DeviceProgram(Answer):
    """The program, without rewards and categories, which are lists of their own."""

    id: UUID
    """Id of the program."""
    type: ProgramKind
    """What it collects: `stamps`, `points` or both (`hybrid`)."""
    name: str
    """Name of the program."""
    card_name: str
    """Name of the card, as customers see it."""
    card_color: str
    """Color of the card, as `#RRGGBB`."""
    terms: TermsView
    """What the program gives and asks at present."""
    policy: PolicyView
    """Rules of the merchant for tills."""


class DeviceReward(RewardView):
    """A reward, with the address of its picture."""

    picture_url: str | None
    """Path of the picture, with its hash: what it shows never changes. Null: there is none."""


class DeviceStaff(Answer):
    """Somebody who works at the store. Nothing from which a PIN could be guessed is sent."""

    id: UUID
    """Id of the person, to be named with bookings."""
    name: str
    """Name of the person."""
    pin_required: bool
    """True when each booking takes a PIN."""
    has_pin: bool
    """True when the person has set one."""


class Bootstrap(Answer):
    """Everything that a tablet keeps for the time without a connection."""

    server_time: datetime
    """Time of the server (UTC)."""
    changes_cursor: Annotated[str, Meta(examples=["4711"])]
    """For `GET /devices/me/changes`: of the same moment as everything here."""
    texts_version: Annotated[str, Meta(examples=["9f86d081884c7d65"])]
    """Differs when a text of program, rewards or categories does, and with the language."""
    config: DeviceConfig
    """What the tablet is, and how it shall work."""
    program: DeviceProgram | None
    """The program. Null while the merchant has none."""
    rewards: list[DeviceReward]
    """Rewards that are offered, in their order."""
    categories: list[CategoryView]
    """Categories of the store, in their order."""
    staff: list[DeviceStaff]
    """People who work at the store, by name."""
    limits: list[FraudLimitEntry]
    """Limits against fraud."""


class DeviceChanges(Answer):
    """What has changed since a cursor: new and changed entries whole, of what is gone the ids."""

    server_time: datetime
    """Time of the server (UTC)."""
    next_cursor: Annotated[str, Meta(examples=["4712"])]
    """To ask with next."""
    has_more: bool
    """True when more has changed: ask again at once."""
    config: DeviceConfig | None
    """Null: unchanged."""
    program: DeviceProgram | None
    """Null: unchanged."""
    rewards: list[DeviceReward]
    """New and changed rewards."""
    removed_reward_ids: list[UUID]
    """Ids of rewards that are no longer offered."""
    categories: list[CategoryView]
    """New and changed categories."""
    removed_category_ids: list[UUID]
    """Ids of categories that are gone."""
    staff: list[DeviceStaff]
    """New and changed people."""
    removed_staff_ids: list[UUID]
    """Ids of people who no longer work at the store."""
    limits: list[FraudLimitEntry] | None
    """Null: unchanged."""


class DeviceWait(Answer):
    """Whether there is something new."""

    server_time: datetime
    """Time of the server (UTC)."""
    changed: bool
    """True: ask for the changes now. False: wait again."""
