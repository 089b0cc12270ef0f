"""What a tablet knows while it has no connection."""

from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer
from backend.devices.schemas import DeviceProfile, PairedMerchant, PairedStore
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.fraud_limits.schemas import FraudLimitEntry
from backend.loyalty.programs.schemas import TermsView
from backend.loyalty.rewards.schemas import RewardView
from backend.merchants.schemas import PolicyView


class DeviceConfig(Answer):
    device_id: UUID
    name: str
    profile: DeviceProfile
    permissions: list[str]
    merchant: PairedMerchant
    store: PairedStore
    is_live: bool
    """The store's loyalty is switched on."""
    min_version_code: int
    latest_version_code: int
    """Of the app. 0: any."""
    heartbeat_seconds: int
    clock_tolerance_seconds: int


class DeviceProgram(Answer):
    """The program, without rewards and categories, which are lists of their own."""

    id: UUID
    type: str
    name: str
    card_name: str
    card_color: str
    terms: TermsView
    policy: PolicyView


class DeviceReward(RewardView):
    picture_url: str | None
    """Contains the hash of the picture: what it shows never changes."""


class DeviceStaff(Answer):
    """Somebody who works at the store. Nothing from which a PIN could be guessed is sent."""

    id: UUID
    name: str
    pin_required: bool
    """For each booking."""
    has_pin: bool


class Bootstrap(Answer):
    server_time: datetime
    changes_cursor: str
    """For `GET /devices/me/changes`: of the same moment as everything here."""
    texts_version: str
    """Differs when a text of program, rewards or categories does, and with the language."""
    config: DeviceConfig
    program: DeviceProgram | None
    """Null while the merchant has none."""
    rewards: list[DeviceReward]
    categories: list[CategoryView]
    staff: list[DeviceStaff]
    limits: list[FraudLimitEntry]


class DeviceChanges(Answer):
    """What has changed since a cursor: new and changed entries whole, of what is gone the ids."""

    server_time: datetime
    next_cursor: str
    has_more: bool
    config: DeviceConfig | None
    """Null: unchanged. So are `program` and `limits`."""
    program: DeviceProgram | None
    rewards: list[DeviceReward]
    removed_reward_ids: list[UUID]
    categories: list[CategoryView]
    removed_category_ids: list[UUID]
    staff: list[DeviceStaff]
    removed_staff_ids: list[UUID]
    limits: list[FraudLimitEntry] | None


class DeviceWait(Answer):
    server_time: datetime
    changed: bool
    """Ask for the changes now. False: ask again, to wait on."""
