"""Pairing: a code that the office shows is exchanged for a token that is bound to the device's key."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.database import Sessions, enter_merchant
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.devices.actions import Devices, replace_codes
from backend.devices.models import Device, DeviceToken, PairingCode
from backend.devices.problems import DeviceStateRefused, PairingCodeExpired, PairingCodeUnknown, PairingCodeUsed
from backend.devices.queries import lock_device
from backend.devices.rules import CODE_LASTS, CODE_TRIES_MAX, PREFIX_LENGTH, REPEATABLE, new_code, normalize_code
from backend.devices.schemas import PairingCodeView
from backend.devices.schemas.tablet import Pairing
from backend.devices.tokens import IssuedToken, issue_token
from backend.merchants.models import Store

PURPOSE = "pairing code"
PAGE = "/pair"


@dataclass(frozen=True, slots=True)
class PairingAddress:
    """What the QR code says beside the code itself."""

    public_url: str
    api_url: str

    def payload(self, store_code: str, code: str) -> str:
        fragment = urlencode({"v": 1, "api": self.api_url, "store": store_code, "code": code})
        return f"{self.public_url}{PAGE}#{fragment}"


async def make_pairing_code(
    devices: Devices, device_id: UUID, *, keys: KeyRing, address: PairingAddress
) -> PairingCodeView:
    """Codes of the device so far work no more. Raises DeviceNotFound or DeviceStateRefused."""
    session, origin = devices.session, devices.origin
    device = await devices.lock(device_id)
    if device.state not in {"created", "paired"}:
        raise DeviceStateRefused(state=device.state)
    await replace_codes(session, device, origin)
    code = new_code()
    row = PairingCode(
        id=new_id(),
        merchant_id=origin.merchant_id,
        device_id=device.id,
        prefix_hash=keys.sign(PURPOSE, code[:PREFIX_LENGTH].encode()),
        code_hash=keys.sign(PURPOSE, code.encode()),
        created_at=origin.now,
        expires_at=origin.now + CODE_LASTS,
    )
    session.add(row)
    pairing = {"pairing_id": str(row.id)}
    record_change(session, origin, "device.pairing_code_made", subject_id=device.id, after=pairing)
    store_code = await session.scalar(
        select(Store.code).where(Store.merchant_id == origin.merchant_id, Store.id == device.store_id)
    )
    return PairingCodeView(row.id, code, row.expires_at, address.payload(store_code or "", code))


@dataclass(frozen=True, slots=True)
class PairingRequest:
    """What a device sends to be paired. `public_key`: SubjectPublicKeyInfo, parsed."""

    body: Pairing
    public_key: bytes
    idempotency_key: str
    now: datetime
    instance: str
    request_id: str
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class DevicePairing:
    sessions: Sessions
    keys: KeyRing

    async def pair(self, request: PairingRequest) -> IssuedToken:
        """The device of the code, with its first token; the same device again for the same request.

        Raises PairingCodeUnknown, PairingCodeExpired or PairingCodeUsed.
        """
        code = normalize_code(request.body.code)
        if code is None:
            raise PairingCodeUnknown
        async with self.sessions.committing() as session:
            row = await self._find(session, code)
            if row is None:
                await self._count_try(session, code, request.now)
            else:
                return await _use(session, row, request)
        raise PairingCodeUnknown

    async def _find(self, session: AsyncSession, code: str) -> PairingCode | None:
        hashes = self.keys.signatures(PURPOSE, code.encode())
        codes = select(PairingCode).where(PairingCode.prefix_hash.in_(self._prefixes(code))).with_for_update()
        rows = await session.scalars(codes.order_by(PairingCode.id.desc()))
        return next((row for row in rows if any(hmac.compare_digest(row.code_hash, each) for each in hashes)), None)

    async def _count_try(self, session: AsyncSession, code: str, now: datetime) -> None:
        """At every open code that begins like this one."""
        begins_like = PairingCode.prefix_hash.in_(self._prefixes(code)), PairingCode.expires_at > now
        await session.execute(update(PairingCode).where(*begins_like).values(tries=PairingCode.tries + 1))

    def _prefixes(self, code: str) -> list[bytes]:
        return self.keys.signatures(PURPOSE, code[:PREFIX_LENGTH].encode())


async def _use(session: AsyncSession, row: PairingCode, request: PairingRequest) -> IssuedToken:
    await enter_merchant(session, row.merchant_id)
    origin = _origin(row.merchant_id, request)
    device = await lock_device(session, origin, row.device_id, None)
    if row.used_at is not None:
        if not _is_repeated(row, device, request):
            raise PairingCodeUsed
        return await issue_token(session, device, request.now)
    if row.replaced_at is not None or row.expires_at <= request.now or row.tries >= CODE_TRIES_MAX:
        raise PairingCodeExpired
    row.used_at, row.used_key, row.used_public_key = request.now, request.idempotency_key, request.public_key
    acting = replace(origin, store_id=device.store_id, device_id=device.id, user_name=device.name)
    await _pair(session, device, request)
    record_change(session, acting, "device.paired", subject_id=device.id, after={"pairing_id": str(row.id)})
    return await issue_token(session, device, request.now)


def _is_repeated(row: PairingCode, device: Device, request: PairingRequest) -> bool:
    """The same request again, whose answer was lost on the way."""
    assert row.used_at is not None, "the code was used"
    return (
        row.used_key == request.idempotency_key
        and row.used_public_key == request.public_key == device.public_key
        and device.state == "paired"
        and request.now < row.used_at + REPEATABLE
    )


async def _pair(session: AsyncSession, device: Device, request: PairingRequest) -> None:
    """With the new key. Tokens of an earlier pairing end."""
    body = request.body
    device.state, device.public_key, device.paired_at = "paired", request.public_key, request.now
    device.installation_id = body.installation_id
    device.app_version_code, device.app_version_name = body.app.version_code, body.app.version_name or None
    if body.os is not None:
        device.os_sdk, device.os_patch_level = body.os.sdk, body.os.patch_level or None
    if body.hardware is not None:
        device.brand, device.model = body.hardware.brand or None, body.hardware.model or None
    device.must_resync, device.updated_at = False, request.now
    former = DeviceToken.merchant_id == device.merchant_id, DeviceToken.device_id == device.id
    still_open = DeviceToken.ended_at.is_(None)
    await session.execute(update(DeviceToken).where(*former, still_open).values(ended_at=request.now))


def _origin(merchant_id: UUID, request: PairingRequest) -> Origin:
    return Origin(
        merchant_id=merchant_id,
        store_id=None,
        user_id=None,
        user_name=None,
        language="en",
        now=request.now,
        instance=request.instance,
        request_id=request.request_id,
        ip=request.ip,
        user_agent=request.user_agent,
    )
