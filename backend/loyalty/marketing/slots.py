"""One marketing email a day to a mailbox, over all merchants and workers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import mailbox_of
from backend.core.keys import KeyRing
from backend.loyalty.marketing.models import MarketingSlot
from backend.loyalty.marketing.rules import PAUSE

PURPOSE = "marketing slot"


async def take_slot(
    session: AsyncSession, keys: KeyRing, email_norm: str, email_id: UUID, now: datetime
) -> datetime | None:
    """Takes the mailbox's slot for this email. When another email has it: the time at which it is free again.

    An email keeps its slot, so that a further attempt to send it is not refused.
    """
    recipient = keys.sign(PURPOSE, mailbox_of(email_norm).encode())
    slot = {"recipient": recipient, "email_id": email_id, "taken_at": now}
    is_free = (MarketingSlot.taken_at <= now - PAUSE) | (MarketingSlot.email_id == email_id)
    taken = await session.scalar(
        insert(MarketingSlot)
        .values(slot)
        .on_conflict_do_update(index_elements=["recipient"], set_=slot, where=is_free)
        .returning(MarketingSlot.email_id)
    )
    if taken is not None:
        return None
    taken_at = await session.scalar(select(MarketingSlot.taken_at).where(MarketingSlot.recipient == recipient))
    return (taken_at or now) + PAUSE


async def forget_slots(session: AsyncSession, now: datetime) -> None:
    """Deletes the slots that are free again."""
    await session.execute(delete(MarketingSlot).where(MarketingSlot.taken_at <= now - PAUSE))
