"""Reactions to wrong PINs on tablets: the merchant's owners hear of them, and the audit has what no person did."""

from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.clock import clock
from backend.core.models import Event
from backend.core.origin import Origin
from backend.core.platform_settings import EffectiveSettings
from backend.devices.models import Device
from backend.merchants.models import Merchant, Store
from backend.messaging.actions import queue_platform_mail
from backend.messaging.templates.catalog.device_alert import DEVICE_ALERT, DeviceAlertFacts, DeviceAlertValues
from backend.messaging.templates.facts import UserFacts
from backend.staff.queries import list_owners
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

PAGE = "/office/devices"
SUSPENDED = N_("A tablet was suspended: PINs of several people were locked on it")
LOCKED = N_("A PIN was locked by wrong attempts on a tablet")


@dataclass(frozen=True, slots=True)
class DeviceAlerts:
    public_url: str
    live: EffectiveSettings

    async def tell_of_suspended_device(self, session: AsyncSession, event: Event) -> None:
        device = await self._tell_owners(session, event, SUSPENDED)
        nobody = Origin.of_nobody(event.merchant_id, event.occurred_at, instance="", store_id=device.store_id)
        origin = replace(nobody, user_name=device.name, device_id=device.id)
        before, after = {"state": "paired"}, {"state": "suspended"}
        record_change(session, origin, "device.suspended", subject_id=device.id, before=before, after=after)

    async def tell_of_locked_pin(self, session: AsyncSession, event: Event) -> None:
        await self._tell_owners(session, event, LOCKED)

    async def _tell_owners(self, session: AsyncSession, event: Event, headline: str) -> Device:
        device = await session.get_one(Device, (event.merchant_id, UUID(event.data["device_id"])))
        store = await session.get_one(Store, (event.merchant_id, device.store_id))
        merchant = await session.get_one(Merchant, event.merchant_id)
        for owner in await list_owners(session, event.merchant_id):
            language = owner.language or merchant.default_language
            facts = DeviceAlertFacts(
                headline=get_translator(language).gettext(headline),
                name=device.name,
                store=store.name,
                moment=get_formatter(language, str(ZoneInfo(store.timezone))).datetime(event.occurred_at),
                url=f"{self.public_url}{PAGE}",
            )
            await queue_platform_mail(
                session,
                f"{DEVICE_ALERT.code} {event.id} {owner.id}",
                DEVICE_ALERT,
                DeviceAlertValues(user=UserFacts(owner.name), device=facts),
                recipient=owner.email,
                language=language,
                now=clock.now(),
                platform_name=self.live.current.branding.platform_name,
            )
        return device
