"""What the office does with devices. Each change is audited."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.problems import StoreNotFound
from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.devices.events import DeviceAccessRevoked
from backend.devices.models import Device, PairingCode
from backend.devices.problems import DeviceStateRefused
from backend.devices.queries import Stores, get_device, lock_device
from backend.devices.schemas import DeviceChange, DeviceDraft, DeviceRevocation, DeviceView
from backend.merchants.models import Store


@dataclass(frozen=True, slots=True)
class Devices:
    """Those of the stores where the person may pair tablets; of all stores for None.

    A device of another store is DeviceNotFound, the store itself StoreNotFound.
    """

    session: AsyncSession
    origin: Origin
    stores: Stores

    async def create(self, draft: DeviceDraft) -> DeviceView:
        """Raises StoreNotFound."""
        now = self.origin.now
        device = Device(
            merchant_id=self.origin.merchant_id,
            id=new_id(),
            store_id=await self._store_id(draft.store_code),
            name=draft.name,
            profile=draft.profile,
            created_at=now,
            updated_at=now,
        )
        self.session.add(device)
        await self.session.flush()
        record_change(self.session, self.origin, "device.created", subject_id=device.id, after=facts_of(device))
        return await self._view(device)

    async def change(self, device_id: UUID, change: DeviceChange, if_match: str | None) -> DeviceView:
        """At another store it fetches everything anew.

        Raises DeviceNotFound, PreconditionRequired, Stale, DeviceStateRefused or StoreNotFound.
        """
        device = await self.lock(device_id)
        await check_version(self.session, device, if_match)
        _refuse_revoked(device)
        before = facts_of(device)
        fields = sent_fields(change)
        if "store_code" in fields:
            device.store_id = await self._store_id(fields.pop("store_code"))
            device.must_resync = device.must_resync or str(device.store_id) != before["store_id"]
        device.name = fields.get("name", device.name)
        return await self.save(device, "device.changed", before)

    async def revoke(self, device_id: UUID, body: DeviceRevocation) -> DeviceView:
        """Acts on its next request. Revoked once, it stays as it is. Raises DeviceNotFound."""
        device = await self.lock(device_id)
        if device.state == "revoked":
            return await self._view(device)
        before = facts_of(device)
        device.state, device.revoked_at, device.suspended_at = "revoked", self.origin.now, None
        device.revoked_reason, device.wipes = body.reason, body.wipe
        device.wipe_id = device.wipe_requested_at = None
        await replace_codes(self.session, device, self.origin)
        record(self.session, self.origin.merchant_id, DeviceAccessRevoked(device.id), self.origin.now)
        return await self.save(device, "device.revoked", before, reason=body.reason)

    async def resume(self, device_id: UUID) -> DeviceView:
        """Lets a suspended device work again. The PINs that were locked stay locked.

        Raises DeviceNotFound or DeviceStateRefused.
        """
        device = await self.lock(device_id)
        _refuse_revoked(device)
        before = facts_of(device)
        if device.state == "suspended":
            device.state, device.suspended_at, device.locked_people = "paired", None, []
        return await self.save(device, "device.resumed", before)

    async def lock(self, device_id: UUID) -> Device:
        """Raises DeviceNotFound."""
        return await lock_device(self.session, self.origin, device_id, self.stores)

    async def _store_id(self, code: str) -> UUID:
        """An open store at which the person may pair tablets. Raises StoreNotFound."""
        own = Store.merchant_id == self.origin.merchant_id, Store.code == code.upper(), Store.is_active
        store_id: UUID | None = await self.session.scalar(select(Store.id).where(*own))
        if store_id is None or (self.stores is not None and store_id not in self.stores):
            raise StoreNotFound
        return store_id

    async def save(
        self, device: Device, action: str, before: Fields, after: Fields | None = None, *, reason: str | None = None
    ) -> DeviceView:
        """Writes it with an entry of the audit; `after` None: of its facts."""
        if self.session.is_modified(device):
            device.updated_at = self.origin.now
        await self.session.flush()
        facts = facts_of(device) if after is None else after
        record_change(
            self.session, self.origin, action, subject_id=device.id, before=before, after=facts, reason=reason
        )
        return await self._view(device)

    async def _view(self, device: Device) -> DeviceView:
        return await get_device(self.session, self.origin, device.id, None)


async def replace_codes(session: AsyncSession, device: Device, origin: Origin) -> None:
    """Pairing codes of the device so far work no more."""
    open_codes = (
        PairingCode.merchant_id == device.merchant_id,
        PairingCode.device_id == device.id,
        PairingCode.used_at.is_(None),
        PairingCode.replaced_at.is_(None),
    )
    await session.execute(update(PairingCode).where(*open_codes).values(replaced_at=origin.now))


def _refuse_revoked(device: Device) -> None:
    if device.state == "revoked":
        raise DeviceStateRefused(state=device.state)


def facts_of(device: Device) -> Fields:
    return {
        "name": device.name,
        "store_id": str(device.store_id),
        "profile": device.profile,
        "state": device.state,
        "wipes": device.wipes,
        "must_wipe": device.wipe_id is not None,
    }
