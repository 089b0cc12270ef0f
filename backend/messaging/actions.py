"""Queue a mail with the transaction it belongs to, and send what is queued."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.settings import Settings
from backend.messaging.models import EmailLog
from backend.messaging.templates import render

RETRY_AFTER = timedelta(seconds=60)
TRIES = 4
LEASE = timedelta(seconds=90)

log = structlog.get_logger()


class Delivery(Protocol):
    """A way out for mail. Raises DeliveryFailed."""

    provider: str
    host: str

    async def send(self, *, message_id: UUID, recipient: str, subject: str, body_text: str) -> None: ...


class DeliveryFailed(Exception):
    """The reason, in one line without credentials."""


def queue_mail(
    session: AsyncSession,
    merchant_id: UUID,
    template: str,
    /,
    *,
    recipient: str,
    language: str,
    now: datetime,
    **values: str,
) -> EmailLog:
    """The mail as it will be read; it leaves after the commit."""
    mail = render(template, language, **values)
    entry = EmailLog(
        merchant_id=merchant_id,
        id=new_id(),
        template_code=template,
        language=language,
        recipient=recipient,
        subject=mail.subject,
        body_text=mail.body_text,
        available_at=now,
        created_at=now,
    )
    session.add(entry)
    return entry


async def claim_mails(session: AsyncSession, merchant_id: UUID, now: datetime, limit: int) -> list[EmailLog]:
    """Leases queued mails to this worker; a worker that dies gives them back when the lease ends."""
    found = await session.scalars(
        select(EmailLog)
        .where(EmailLog.merchant_id == merchant_id, EmailLog.status == "queued", EmailLog.available_at <= now)
        .order_by(EmailLog.available_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = list(found)
    for entry in claimed:
        entry.attempts += 1
        entry.available_at = now + LEASE
    return claimed


async def deliver(entry: EmailLog, delivery: Delivery, settings: Settings, now: datetime) -> None:
    """Sends one claimed mail and notes on it how that ended, and by which way it really went."""
    entry.provider, entry.host = delivery.provider, delivery.host
    entry.sender = f"{settings.email_from_name} <{settings.email_from_address}>"
    try:
        await delivery.send(
            message_id=entry.id, recipient=entry.recipient, subject=entry.subject, body_text=entry.body_text
        )
    except DeliveryFailed as error:
        entry.error = str(error)
        is_over = entry.attempts >= TRIES
        entry.status = "failed" if is_over else "queued"
        entry.available_at = now + RETRY_AFTER
        log.warning("mail_failed", mail=str(entry.id), attempt=entry.attempts, error=entry.error, given_up=is_over)
        return
    entry.status, entry.sent_at, entry.error = "sent", now, None
