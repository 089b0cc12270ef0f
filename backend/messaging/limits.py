"""Limits of mails to one mailbox, over all merchants and networks.

Mails that anonymous requests cause have narrow limits, for the mailbox and for its domain, whose addresses may all lead
to one person. Beyond a limit no mail is sent; the response does not say so. All mails together have a wide one.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import is_shared_domain, mailbox_of, normalize_email
from backend.core.keys import KeyRing
from backend.core.platform_settings import LimitSettings
from backend.messaging.models import MailAllowance

PURPOSE, DOMAIN_PURPOSE, TOTAL_PURPOSE = "mail limit", "mail limit of a domain", "mail limit of all mails"
INVITATION_PURPOSE = "mail limit of invitations"
DOMAIN_PER_HOUR, DOMAIN_PER_DAY = 20, 40
INVITATIONS_PER_HOUR, INVITATIONS_PER_DAY = 5, 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

log = structlog.get_logger()


class _Limit(NamedTuple):
    key: bytes
    """A keyed hash of what is counted."""
    per_hour: int
    per_day: int


async def may_write(
    session: AsyncSession, keys: KeyRing, email_norm: str, now: datetime, settings: LimitSettings
) -> bool:
    """Counts a mail that an anonymous request causes, in the caller's transaction. False when a limit is reached."""
    mailbox = mailbox_of(email_norm)
    own = _Limit(
        keys.sign(PURPOSE, mailbox.encode()), settings.mails_per_mailbox_per_hour, settings.mails_per_mailbox_per_day
    )
    limits = [own]
    domain = mailbox.rpartition("@")[2]
    if not is_shared_domain(domain):
        limits.append(_Limit(keys.sign(DOMAIN_PURPOSE, domain.encode()), DOMAIN_PER_HOUR, DOMAIN_PER_DAY))
    return await _take(session, limits, now)


async def may_invite(session: AsyncSession, keys: KeyRing, email_norm: str, now: datetime) -> bool:
    """Counts an invitation by anybody, in the caller's transaction. False when a limit is reached.

    Nobody uses up the limit of all mails of somebody who never asked for one.
    """
    key = keys.sign(INVITATION_PURPOSE, mailbox_of(email_norm).encode())
    return await _take(session, [_Limit(key, INVITATIONS_PER_HOUR, INVITATIONS_PER_DAY)], now)


async def within_total(session: AsyncSession, keys: KeyRing, email: str, per_day: int, now: datetime) -> bool:
    """Counts a mail of any cause, in the caller's transaction. False when the mailbox has had `per_day` in 24 hours."""
    mailbox = mailbox_of(normalize_email(email))
    return await _take(session, [_Limit(keys.sign(TOTAL_PURPOSE, mailbox.encode()), per_day, per_day)], now)


async def forget_allowances(session: AsyncSession, now: datetime) -> None:
    """Deletes the allowances of mailboxes without a mail for a day."""
    await session.execute(delete(MailAllowance).where(MailAllowance.last_sent_at < now - DAY))


async def _take(session: AsyncSession, limits: list[_Limit], now: datetime) -> bool:
    """Counts the mail under every limit, or under none."""
    taken: dict[bytes, list[datetime]] = {}
    # In one order, so that two transactions never wait for each other.
    for limit in sorted(limits):
        await session.execute(insert(MailAllowance).values(recipient=limit.key, sent_at=[]).on_conflict_do_nothing())
        is_row = MailAllowance.recipient == limit.key
        sent_at = await session.scalar(select(MailAllowance.sent_at).where(is_row).with_for_update())
        last_day = [moment for moment in sent_at or [] if moment > now - DAY]
        last_hour = sum(moment > now - HOUR for moment in last_day)
        if len(last_day) >= limit.per_day or last_hour >= limit.per_hour:
            log.warning("mail_withheld", last_hour=last_hour, last_day=len(last_day))
            return False
        taken[limit.key] = [*last_day, now]
    for key, sent_at in taken.items():
        is_row = MailAllowance.recipient == key
        await session.execute(update(MailAllowance).where(is_row).values(sent_at=sent_at, last_sent_at=now))
    return True
