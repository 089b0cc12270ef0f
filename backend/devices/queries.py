"""Reads of devices: for the office, and of the one that a bearer token belongs to."""

import base64
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, Select, Subquery, column, func, literal_column, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.principal import ActorFeature, ActorMerchant, ActorStore
from backend.core.origin import Origin
from backend.devices.models import Device, PairingCode
from backend.devices.problems import DeviceNotFound
from backend.devices.rules import ACCEPT_PENDING, UNFINISHED_AFTER, TokenState
from backend.devices.schemas import DeviceStore, DeviceView
from backend.merchants.models import Store

OPEN_STATES: tuple[ColumnElement[str], ...] = literal_column("'received'"), literal_column("'review'")
"""In words, not as parameters, so that the partial index is found."""
FIND_DEVICE = "SELECT device_by_token($1)"
Stores = Sequence[UUID] | None
"""Of which devices are shown; None: of all stores."""


class DeviceTokenState(msgspec.Struct, frozen=True):
    created_at: datetime
    expires_at: datetime
    overlap_ends_at: datetime | None
    ended_at: datetime | None

    @property
    def state(self) -> TokenState:
        return TokenState(self.expires_at, self.overlap_ends_at, self.ended_at)


class RegisteredDevice(msgspec.Struct, frozen=True):
    """A device as `device_by_token` returns it."""

    id: UUID
    name: str
    profile: str
    state: str
    public_key: str
    """Base64 of the SubjectPublicKeyInfo."""
    app_version_code: int | None
    wipes: bool
    revoked_at: datetime | None
    token: DeviceTokenState
    merchant: ActorMerchant
    store: ActorStore
    is_store_open: bool
    features: list[ActorFeature]

    @property
    def key(self) -> bytes:
        return base64.b64decode(self.public_key)


_known_device = msgspec.json.Decoder(RegisteredDevice)


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def find_device(pool: asyncpg.Pool, token: str) -> RegisteredDevice | None:
    """Also with a token that has ended, and also a revoked one: what they are answered depends on it."""
    document = await pool.fetchval(FIND_DEVICE, token_hash(token))
    return _known_device.decode(document) if document else None


_operations = table(
    "device_operations", column("merchant_id"), column("device_id"), column("state"), column("received_at")
)
"""Of a floor above, which knows devices: here they are only counted."""


async def list_devices(session: AsyncSession, origin: Origin, stores: Stores) -> list[DeviceView]:
    """By store and name; revoked ones last."""
    query = _devices(origin, stores).order_by(Device.state == "revoked", Store.name, Device.name, Device.id)
    return [_view(*row) for row in (await session.execute(query)).tuples()]


async def get_device(session: AsyncSession, origin: Origin, device_id: UUID, stores: Stores) -> DeviceView:
    """Raises DeviceNotFound, also for a device of a store that is not among `stores`."""
    query = _devices(origin, stores).where(Device.id == device_id).execution_options(populate_existing=True)
    row = (await session.execute(query)).tuples().one_or_none()
    if row is None:
        raise DeviceNotFound
    return _view(*row)


async def lock_device(session: AsyncSession, origin: Origin, device_id: UUID, stores: Stores) -> Device:
    """Raises DeviceNotFound, as `get_device`."""
    own = select(Device).where(Device.merchant_id == origin.merchant_id, Device.id == device_id)
    if stores is not None:
        own = own.where(Device.store_id.in_(stores))
    device = await session.scalar(own.with_for_update().execution_options(populate_existing=True))
    if device is None:
        raise DeviceNotFound
    return device


def _waiting_counts(origin: Origin) -> Subquery:
    """By device, from the index of what waits: of all devices at once."""
    rows = _operations.c
    cut_off = (rows.state == "received") & (rows.received_at < origin.now - UNFINISHED_AFTER)
    waits = rows.merchant_id == origin.merchant_id, or_(rows.state == "review", cut_off), rows.state.in_(OPEN_STATES)
    return select(rows.device_id, func.count().label("waiting")).where(*waits).group_by(rows.device_id).subquery()


def _devices(origin: Origin, stores: Stores) -> Select[tuple[Device, Store, datetime, int]]:
    code_expires_at = (
        select(func.max(PairingCode.expires_at))
        .where(
            PairingCode.merchant_id == origin.merchant_id,
            PairingCode.device_id == Device.id,
            PairingCode.used_at.is_(None),
            PairingCode.replaced_at.is_(None),
            PairingCode.expires_at > origin.now,
        )
        .scalar_subquery()
    )
    place = (Store.merchant_id == Device.merchant_id) & (Store.id == Device.store_id)
    counts = _waiting_counts(origin)
    waiting = func.coalesce(counts.c.waiting, 0)
    query = select(Device, Store, code_expires_at, waiting).join(Store, place)
    query = query.outerjoin(counts, counts.c.device_id == Device.id).where(Device.merchant_id == origin.merchant_id)
    return query if stores is None else query.where(Device.store_id.in_(stores))


def _view(device: Device, store: Store, code_expires_at: datetime | None, review_count: int) -> DeviceView:
    same = {name: getattr(device, name) for name in DeviceView.__struct_fields__ if hasattr(Device, name)}
    os_version = " ".join(str(part) for part in (device.os_sdk, device.os_patch_level) if part)
    return DeviceView(
        **same,
        store=DeviceStore(store.id, store.code, store.name),
        os_version=os_version or None,
        review_count=review_count,
        accept_pending_until=device.revoked_at + ACCEPT_PENDING if device.revoked_at else None,
        code_expires_at=code_expires_at,
    )
