from datetime import datetime

from sqlalchemy import select

from backend.core.database import Sessions
from backend.devices.principal import PROFILE_PERMISSIONS
from backend.devices.schemas import PairedDevice, PairedMerchant, PairedStore
from backend.devices.tokens import IssuedToken
from backend.merchants.models import Merchant, Store

BOOTSTRAP = "/api/v1/devices/me/bootstrap"


async def show_paired(sessions: Sessions, issued: IssuedToken, now: datetime) -> PairedDevice:
    device = issued.device
    place = (Store.merchant_id == Merchant.id) & (Store.id == device.store_id)
    async with sessions.committing(device.merchant_id) as session:
        query = select(Merchant, Store).join(Store, place).where(Merchant.id == device.merchant_id)
        merchant, store = (await session.execute(query)).tuples().one()
    return PairedDevice(
        device_id=device.id,
        token=issued.token,
        token_expires_at=issued.expires_at,
        merchant=PairedMerchant(merchant.id, merchant.code, merchant.name),
        store=PairedStore(store.id, store.code, store.name, store.timezone, merchant.currency),
        profile=device.profile,  # type: ignore[arg-type]  # one of PROFILES, as the database checks
        permissions=sorted(PROFILE_PERMISSIONS[device.profile]),
        server_time=now,
        bootstrap_url=BOOTSTRAP,
    )
