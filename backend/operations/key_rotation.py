"""Seals every stored secret with the newest key of the ring, so that an older key can be removed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from backend.core.database import Sessions
from backend.core.encryption import SealBroken, find_resealed
from backend.core.keys import KeyRing
from backend.settings.models import SettingOverride
from backend.settings.sealing import place_of
from backend.staff.actions import totp_place
from backend.staff.models import User
from backend.wallets.apple.passes import auth_token_place
from backend.wallets.models import ApplePass

CHUNK = 500


@dataclass(frozen=True, slots=True)
class SealedColumn:
    key: InstrumentedAttribute[Any]
    """The table's primary key."""
    column: InstrumentedAttribute[Any]
    place: Callable[[Any], str]

    @property
    def name(self) -> str:
        return f"{self.column.class_.__tablename__}.{self.column.key}"


SEALED = (
    SealedColumn(SettingOverride.key, SettingOverride.sealed_value, place_of),
    SealedColumn(User.id, User.totp_secret, totp_place),
    SealedColumn(ApplePass.serial, ApplePass.auth_token, auth_token_place),
)


@dataclass(slots=True)
class RotationCounts:
    resealed: int = 0
    current: int = 0
    """Sealed with the newest key before."""
    unreadable: int = 0
    """No key of the ring unseals them; they stay as they are."""


async def rotate_keys(
    sessions: Sessions, keys: KeyRing, columns: Sequence[SealedColumn] = SEALED
) -> dict[str, RotationCounts]:
    """Counts by column. May run twice, and while others write: each chunk is locked for a moment."""
    counts = {column.name: RotationCounts() for column in columns}
    for column in columns:
        last: Any = None
        while True:
            last = await _rotate_chunk(sessions, keys, column, last, counts[column.name])
            if last is None:
                break
    return counts


async def _rotate_chunk(
    sessions: Sessions, keys: KeyRing, sealed: SealedColumn, last: Any, counts: RotationCounts
) -> Any:
    """One transaction for the rows after the key `last`. Returns the last key, None when no rows are left."""
    table = sealed.column.class_
    rows = select(table).where(sealed.column.is_not(None)).order_by(sealed.key).limit(CHUNK)
    if last is not None:
        rows = rows.where(sealed.key > last)
    async with sessions.committing() as session:
        found = list(await session.scalars(rows.with_for_update()))
        for row in found:
            _reseal(keys, sealed, row, counts)
        return getattr(found[-1], sealed.key.key) if found else None


def _reseal(keys: KeyRing, sealed: SealedColumn, row: Any, counts: RotationCounts) -> None:
    name, key = sealed.column.key, getattr(row, sealed.key.key)
    try:
        resealed = find_resealed(keys, getattr(row, name), sealed.place(key))
    except SealBroken:
        counts.unreadable += 1
        return
    if resealed is None:
        counts.current += 1
    else:
        setattr(row, name, resealed)
        counts.resealed += 1
