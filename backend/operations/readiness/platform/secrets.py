"""Whether the loaded keys open what is stored."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.encryption import SealBroken, unseal
from backend.core.keys import KeyRing
from backend.core.sentence import say
from backend.operations.key_rotation import SEALED, SealedColumn
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_, NN_

SAMPLE = 100
"""Of the first and of the last rows of each column. A key that is missing closes all that it has sealed."""

READABLE = NN_(
    "%(count)s stored secret was tried; the loaded keys open it.",
    "%(count)s stored secrets were tried; the loaded keys open all of them.",
)
NO_SECRET = N_("No secret is stored yet.")
UNREADABLE = NN_(
    "The loaded keys do not open %(count)s stored secret: a key of ORION_SECRET_KEYS is missing.",
    "The loaded keys do not open %(count)s stored secrets: a key of ORION_SECRET_KEYS is missing.",
)
BRING_BACK = N_("Put the key that is missing back, behind the newest, and restart. Codes, links and PINs need it too.")


async def look_at_secrets(probe: Probe) -> RowVerdict:
    """Those of the platform."""
    return await _look(probe, None, [each for each in SEALED if not each.is_of_merchants])


async def look_at_merchants_secrets(probe: Probe) -> RowVerdict:
    return await _look(probe, probe.merchant_id, [each for each in SEALED if each.is_of_merchants])


async def _look(probe: Probe, merchant_id: UUID | None, columns: Iterable[SealedColumn]) -> RowVerdict:
    tried, closed = 0, dict[str, int]()
    async with probe.sessions.committing(merchant_id) as session:
        for column in columns:
            rows = await _sample(session, column, merchant_id)
            tried += len(rows)
            if broken := sum(not _opens(probe.keys, column, row) for row in rows):
                closed[column.name] = broken
    return judge_secrets(tried, closed)


def judge_secrets(tried: int, closed: dict[str, int]) -> RowVerdict:
    """`closed`: how many no key opens, by column."""
    if closed:
        evidence = say(UNREADABLE, count=sum(closed.values()))
        details = [f"{name} {count}" for name, count in closed.items()]
        return RowVerdict("blocks", evidence, details=details, step=say(BRING_BACK))
    return RowVerdict("ok", say(READABLE, count=tried) if tried else say(NO_SECRET))


async def _sample(session: AsyncSession, sealed: SealedColumn, merchant_id: UUID | None) -> list[tuple[Any, str]]:
    """What names the place, and the sealed text."""
    rows = select(sealed.bound_to, sealed.column).where(sealed.column.is_not(None)).limit(SAMPLE)
    if merchant_id is not None:
        rows = rows.where(sealed.column.class_.merchant_id == merchant_id)
    first = await session.execute(rows.order_by(sealed.key))
    last = await session.execute(rows.order_by(sealed.key.desc()))
    return list({(row[0], row[1]) for row in (*first, *last)})


def _opens(keys: KeyRing, sealed: SealedColumn, row: tuple[Any, str]) -> bool:
    try:
        unseal(keys, row[1], sealed.place(row[0]))
    except SealBroken:
        return False
    return True
