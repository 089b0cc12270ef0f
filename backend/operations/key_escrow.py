"""A person's word that a copy of the secret keys is kept elsewhere. It is an entry of the audit."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_platform_change
from backend.audit.models import PlatformAuditEntry
from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.origin import PlatformOrigin

CONFIRMED = "secrets.escrow_confirmed"
PURPOSE, MARK_BYTES = "escrow", 8


class Escrow(NamedTuple):
    place: str
    confirmed_by: str
    confirmed_at: datetime
    is_of_these_keys: bool
    """No newer key has been added since."""


async def confirm_escrow(sessions: Sessions, keys: KeyRing, origin: PlatformOrigin, place: str) -> None:
    """`place`: where the copy is, in words; it is kept for ever and shown to administrators."""
    async with sessions.committing() as session:
        after = {"newest_key": mark_of(keys), "place": place}
        record_platform_change(session, origin, CONFIRMED, subject="secrets", after=after)


async def find_escrow(session: AsyncSession, keys: KeyRing) -> Escrow | None:
    """The latest. None: nobody has confirmed it yet."""
    entries = select(PlatformAuditEntry).where(PlatformAuditEntry.action == CONFIRMED)
    latest = entries.order_by(PlatformAuditEntry.recorded_at.desc(), PlatformAuditEntry.id.desc()).limit(1)
    entry = await session.scalar(latest)
    if entry is None:
        return None
    is_same = entry.after["newest_key"] == mark_of(keys)
    return Escrow(entry.after["place"], entry.user_name, entry.recorded_at, is_same)


def mark_of(keys: KeyRing) -> str:
    """Tells the newest key from others, and does not give it away."""
    return keys.sign(PURPOSE, b"")[:MARK_BYTES].hex()
