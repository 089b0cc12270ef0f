"""Reads what a tablet may know, and what it was sent before."""

from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.features import LOYALTY
from backend.access.problems import StoreNotFound
from backend.core.database import Sessions
from backend.core.origin import Origin
from backend.core.platform_settings import SecuritySettings
from backend.devices.heartbeat import EVERY_SECONDS
from backend.devices.principal import DevicePrincipal
from backend.devices.rules import CLOCK_TOLERANCE
from backend.devices.schemas.tablet import PairedMerchant, PairedStore
from backend.loyalty.device_sync.models import DeviceSnapshot
from backend.loyalty.device_sync.problems import ChangesCursorUnknown
from backend.loyalty.device_sync.schemas import DeviceConfig, DeviceProgram, DeviceReward, DeviceStaff
from backend.loyalty.device_sync.snapshot import Snapshot
from backend.loyalty.fraud_limits.queries import show_limits
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.setup import Setup
from backend.loyalty.ledger.queries import get_setup
from backend.loyalty.ledger.setup_views import program_view
from backend.loyalty.rewards.schemas import RewardView
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.models import StaffPin

PICTURES = "/api/v1/storefront/loyalty/pictures/"


@dataclass(frozen=True, slots=True)
class SnapshotReader:
    """`origin`: of a request of the device."""

    sessions: Sessions
    ledger: Ledger
    device: DevicePrincipal
    settings: SecuritySettings
    origin: Origin

    async def read(self) -> Snapshot:
        """Raises StoreNotFound when the store is closed."""
        known = self.device.device
        if not known.is_store_open:
            raise StoreNotFound
        here = replace(self.origin, store_id=known.store.id)
        setup = await get_setup(self.ledger.pool, here)
        program = program_view(setup, here.language) if setup.program is not None else None
        async with self.sessions.committing(here.merchant_id) as session:
            limits = (await show_limits(session, here.merchant_id)).limits
            staff = await self._staff(session, here, setup)
        return Snapshot(
            config=self._config(setup),
            program=msgspec.convert(program, DeviceProgram, from_attributes=True) if program else None,
            rewards=[_reward(reward) for reward in program.rewards] if program else [],
            categories=program.categories if program else [],
            staff=staff,
            limits=limits,
        )

    def _config(self, setup: Setup) -> DeviceConfig:
        known, store = self.device.device, self.device.device.store
        return DeviceConfig(
            device_id=known.id,
            name=known.name,
            profile=known.profile,  # type: ignore[arg-type]  # one of PROFILES, as the database checks
            permissions=sorted(self.device.permissions),
            merchant=PairedMerchant(known.merchant.id, known.merchant.code, known.merchant.name),
            store=PairedStore(store.id, store.code, store.name, store.timezone, setup.merchant.currency),
            is_live=self.device.has_feature(LOYALTY, store),
            min_version_code=self.settings.device_min_version_code,
            latest_version_code=self.settings.device_latest_version_code,
            heartbeat_seconds=EVERY_SECONDS,
            clock_tolerance_seconds=int(CLOCK_TOLERANCE.total_seconds()),
        )

    async def _staff(self, session: AsyncSession, here: Origin, setup: Setup) -> list[DeviceStaff]:
        """Members of the store and the merchant's owners, by name."""
        is_required = self.device.is_kiosk or setup.policy.staff_pin_policy == "required"
        place = (
            (StoreMember.merchant_id == here.merchant_id)
            & (StoreMember.store_id == here.till_store_id)
            & (StoreMember.user_id == MerchantMember.user_id)
        )
        pin = (
            (StaffPin.merchant_id == here.merchant_id)
            & (StaffPin.user_id == MerchantMember.user_id)
            & StaffPin.is_active
        )
        query = (
            select(User.id, User.name, User.email, StaffPin.id)
            .join(MerchantMember, MerchantMember.user_id == User.id)
            .outerjoin(StoreMember, place)
            .outerjoin(StaffPin, pin)
            .where(
                MerchantMember.merchant_id == here.merchant_id,
                MerchantMember.left_at.is_(None),
                User.is_active,
                (MerchantMember.role == "merchant_owner") | StoreMember.user_id.is_not(None),
            )
            .order_by(User.name, User.id)
        )
        rows = (await session.execute(query)).tuples()
        return [DeviceStaff(row[0], row[1] or row[2], is_required, row[3] is not None) for row in rows]


def _reward(reward: RewardView) -> DeviceReward:
    picture_url = f"{PICTURES}{reward.picture}" if reward.picture else None
    return DeviceReward(**msgspec.structs.asdict(reward), picture_url=picture_url)


async def get_known(session: AsyncSession, merchant_id: UUID, cursor: str) -> dict[str, str]:
    """The fingerprints behind a cursor. Raises ChangesCursorUnknown."""
    own = DeviceSnapshot.merchant_id == merchant_id, DeviceSnapshot.cursor == cursor
    known: dict[str, str] | None = await session.scalar(select(DeviceSnapshot.fingerprints).where(*own))
    if known is None:
        raise ChangesCursorUnknown
    return known
