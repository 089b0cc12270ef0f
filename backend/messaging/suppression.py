"""Mailboxes that get no marketing: they have bounced, or their owner has reported a mail as spam."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.keys import KeyRing
from backend.messaging.models import SuppressedMailbox

PURPOSE = "suppressed mailbox"
REASONS = {"bounced", "complained"}
"""Statuses of a mail after which its mailbox is suppressed."""


async def suppress(session: AsyncSession, keys: KeyRing, email: str, reason: str, now: datetime) -> None:
    recipient = keys.sign(PURPOSE, normalize_email(email).encode())
    row = insert(SuppressedMailbox).values(recipient=recipient, reason=reason, created_at=now)
    await session.execute(row.on_conflict_do_nothing())


async def is_suppressed(session: AsyncSession, keys: KeyRing, email: str) -> bool:
    hashes = keys.signatures(PURPOSE, normalize_email(email).encode())
    return bool(await session.scalar(select(exists().where(SuppressedMailbox.recipient.in_(hashes)))))
