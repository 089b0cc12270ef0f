"""Limits of the mails that anonymous requests can cause to one mailbox, over all merchants and networks.

Beyond the limit no mail is sent; the response does not say so.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import mailbox_of
from backend.core.keys import KeyRing
from backend.core.platform_settings import LimitSettings
from backend.messaging.models import MailAllowance

PURPOSE = "mail limit"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

log = structlog.get_logger()


async def may_write(
    session: AsyncSession, keys: KeyRing, email_norm: str, now: datetime, limits: LimitSettings
) -> bool:
    """Counts a mail to this mailbox in the caller's transaction. False when the limit is reached."""
    recipient = keys.sign(PURPOSE, mailbox_of(email_norm).encode())
    await session.execute(insert(MailAllowance).values(recipient=recipient, sent_at=[]).on_conflict_do_nothing())
    is_recipient = MailAllowance.recipient == recipient
    sent_at = await session.scalar(select(MailAllowance.sent_at).where(is_recipient).with_for_update())
    last_day = [moment for moment in sent_at or [] if moment > now - DAY]
    last_hour = sum(moment > now - HOUR for moment in last_day)
    if len(last_day) >= limits.mails_per_mailbox_per_day or last_hour >= limits.mails_per_mailbox_per_hour:
        log.warning("mail_withheld", last_hour=last_hour, last_day=len(last_day))
        return False
    await session.execute(update(MailAllowance).where(is_recipient).values(sent_at=[*last_day, now], last_sent_at=now))
    return True


async def forget_allowances(session: AsyncSession, now: datetime) -> None:
    """Deletes the allowances of mailboxes without a mail for a day."""
    await session.execute(delete(MailAllowance).where(MailAllowance.last_sent_at < now - DAY))
