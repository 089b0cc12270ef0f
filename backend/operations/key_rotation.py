"""Seals every stored secret with the newest key of the ring, so that an older key can be removed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from backend.audit.actions import record_platform_change
from backend.core.database import Sessions
from backend.core.encryption import SealBroken, find_resealed
from backend.core.keys import KeyRing
from backend.core.models import TenantRow
from backend.core.origin import PlatformOrigin
from backend.merchants.queries import list_merchant_ids
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.secrets import secret_place
from backend.settings.models import SettingOverride
from backend.settings.sealing import place_of
from backend.staff.actions import totp_place
from backend.staff.models import User
from backend.staff_pins.grants.actions import secret_place_of
from backend.staff_pins.grants.models import OfflineGrant
from backend.wallets.apple.passes import auth_token_place
from backend.wallets.models import ApplePass
from backend.webhooks.models import WebhookEndpoint
from backend.webhooks.signatures import secret_place as webhook_secret_place

CHUNK = 500


@dataclass(frozen=True, slots=True)
class SealedColumn:
    key: InstrumentedAttribute[Any]
    """The table's primary key, without the merchant."""
    column: InstrumentedAttribute[Any]
    bound_to: InstrumentedAttribute[Any]
    """The column whose value names the place."""
    place: Callable[[Any], str]

    @property
    def name(self) -> str:
        return f"{self.column.class_.__tablename__}.{self.column.key}"

    @property
    def is_of_merchants(self) -> bool:
        return issubclass(self.column.parent.class_, TenantRow)


SEALED = (
    SealedColumn(SettingOverride.key, SettingOverride.sealed_value, SettingOverride.key, place_of),
    SealedColumn(User.id, User.totp_secret, User.id, totp_place),
    SealedColumn(ApplePass.serial, ApplePass.auth_token, ApplePass.serial, auth_token_place),
    SealedColumn(PlatformMail.id, PlatformMail.sealed_secret, PlatformMail.recipient, secret_place),
    SealedColumn(EmailLog.id, EmailLog.sealed_secret, EmailLog.recipient, secret_place),
    SealedColumn(WebhookEndpoint.id, WebhookEndpoint.sealed_secret, WebhookEndpoint.id, webhook_secret_place),
    SealedColumn(WebhookEndpoint.id, WebhookEndpoint.sealed_former_secret, WebhookEndpoint.id, webhook_secret_place),
    SealedColumn(OfflineGrant.id, OfflineGrant.sealed_secret, OfflineGrant.id, secret_place_of),
)


@dataclass(slots=True)
class RotationCounts:
    resealed: int = 0
    current: int = 0
    """Sealed with the newest key before."""
    unreadable: int = 0
    """No key of the ring unseals them; they stay as they are."""


async def rotate_keys(
    sessions: Sessions, keys: KeyRing, origin: PlatformOrigin, columns: Sequence[SealedColumn] = SEALED
) -> dict[str, RotationCounts]:
    """Counts by column. May run twice, and while others write: each chunk is locked for a moment.

    The audit entry comes last: a run that was interrupted has changed no secret, and another one finishes it.
    """
    counts = {column.name: RotationCounts() for column in columns}
    merchants = await list_merchant_ids(sessions)
    for column in columns:
        for merchant_id in merchants if column.is_of_merchants else [None]:
            await _rotate_column(sessions, keys, column, merchant_id, counts[column.name])
    totals = {name: sum(getattr(each, name) for each in counts.values()) for name in ("resealed", "unreadable")}
    async with sessions.committing() as session:
        record_platform_change(session, origin, "secrets.resealed", subject="secrets", after=totals)
    return counts


async def _rotate_column(
    sessions: Sessions, keys: KeyRing, sealed: SealedColumn, merchant_id: UUID | None, counts: RotationCounts
) -> None:
    last = await _rotate_chunk(sessions, keys, sealed, merchant_id, counts, last=None)
    while last is not None:
        last = await _rotate_chunk(sessions, keys, sealed, merchant_id, counts, last=last)


async def _rotate_chunk(
    sessions: Sessions,
    keys: KeyRing,
    sealed: SealedColumn,
    merchant_id: UUID | None,
    counts: RotationCounts,
    *,
    last: Any,
) -> Any:
    """One transaction for the rows after the key `last`. Returns the last key, None when no rows are left."""
    table = sealed.column.class_
    rows = select(table).where(sealed.column.is_not(None)).order_by(sealed.key).limit(CHUNK)
    if last is not None:
        rows = rows.where(sealed.key > last)
    if merchant_id is not None:
        rows = rows.where(table.merchant_id == merchant_id)
    async with sessions.committing(merchant_id) as session:
        sealed_rows = list(await session.scalars(rows.with_for_update()))
        for row in sealed_rows:
            _reseal(keys, sealed, row, counts)
        return getattr(sealed_rows[-1], sealed.key.key) if sealed_rows else None


def _reseal(keys: KeyRing, sealed: SealedColumn, row: Any, counts: RotationCounts) -> None:
    name, place = sealed.column.key, sealed.place(getattr(row, sealed.bound_to.key))
    try:
        resealed = find_resealed(keys, getattr(row, name), place)
    except SealBroken:
        counts.unreadable += 1
        return
    if resealed is None:
        counts.current += 1
    else:
        setattr(row, name, resealed)
        counts.resealed += 1
