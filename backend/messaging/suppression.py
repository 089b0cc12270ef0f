"""Mailboxes that get no marketing: they have bounced, or their owner has reported a mail as spam."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.keys import KeyRing
from backend.messaging.models import SuppressedMailbox

PURPOSE = "suppressed mailbox"
REASONS = {"bounced", "complained"}
"""Statuses of a mail after which its mailbox is suppressed."""


async def suppress(session: AsyncSession, keys: KeyRing, mailboxes: Sequence[tuple[str, str, datetime]]) -> None:
    """Each with its reason, and since when."""
    rows: list[dict[str, Any]] = [
        {"recipient": keys.sign(PURPOSE, normalize_email(email).encode()), "reason": reason, "created_at": since}
        for email, reason, since in mailboxes
    ]
    if rows:
        # In one order, so that two transactions never wait for each other.
        ordered = sorted(rows, key=lambda row: row["recipient"])
        await session.execute(insert(SuppressedMailbox).values(ordered).on_conflict_do_nothing())


async def is_suppressed(session: AsyncSession, keys: KeyRing, email: str) -> bool:
    hashes = keys.signatures(PURPOSE, normalize_email(email).encode())
    return bool(await session.scalar(select(exists().where(SuppressedMailbox.recipient.in_(hashes)))))
