"""How many mails strangers can cause to one mailbox, whatever merchant they name and wherever they ask from.

Beyond that nothing is sent and nothing is said: who asked is told the same as always.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import mailbox_of
from backend.core.keys import KeyRing
from backend.messaging.models import MailAllowance

PURPOSE = "mail limit"
PER_HOUR, PER_DAY = 4, 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

log = structlog.get_logger()


async def may_write(session: AsyncSession, keys: KeyRing, email_norm: str, now: datetime) -> bool:
    """Counts one more mail to this mailbox, with the transaction it is queued in, unless there were too many."""
    recipient = keys.sign(PURPOSE, mailbox_of(email_norm).encode())
    await session.execute(insert(MailAllowance).values(recipient=recipient, sent_at=[]).on_conflict_do_nothing())
    mine = MailAllowance.recipient == recipient
    sent = await session.scalar(select(MailAllowance.sent_at).where(mine).with_for_update())
    lately = [moment for moment in sent or [] if moment > now - DAY]
    if len(lately) >= PER_DAY or sum(moment > now - HOUR for moment in lately) >= PER_HOUR:
        log.warning("mail_withheld", last_hour=sum(moment > now - HOUR for moment in lately), last_day=len(lately))
        return False
    await session.execute(update(MailAllowance).where(mine).values(sent_at=[*lately, now], last_sent_at=now))
    return True


async def forget_allowances(session: AsyncSession, now: datetime) -> None:
    """Of addresses that nobody has written to for a day."""
    await session.execute(delete(MailAllowance).where(MailAllowance.last_sent_at < now - DAY))
