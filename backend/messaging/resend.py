"""Sends a mail again on an administrator's request: a new mail with the same texts, which names the first."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.messaging.models import EmailLog, MailRow, PlatformMail
from backend.messaging.problems import EmailInProgress, EmailNotResendable

WAITING = ("queued", "sending")
COPIED = (
    "template_code",
    "template_version",
    "kind",
    "language",
    "recipient",
    "subject",
    "body_text",
    "body_html",
    "sealed_secret",
)


def can_be_resent(mail: MailRow, now: datetime) -> bool:
    is_valid = mail.expires_at is None or mail.expires_at > now
    return is_valid and mail.redacted_at is None and mail.kind != "marketing" and mail.status not in WAITING


async def queue_copy(session: AsyncSession, mail: EmailLog | PlatformMail, now: datetime) -> EmailLog | PlatformMail:
    """The mail's row is locked. Raises EmailInProgress, also while a copy waits, or EmailNotResendable."""
    table = type(mail)
    first = mail.resend_of or mail.id
    copies = select(table.id).where(table.resend_of == first, table.status.in_(WAITING))
    if isinstance(mail, EmailLog):
        copies = copies.where(EmailLog.merchant_id == mail.merchant_id)
    if mail.status in WAITING or await session.scalar(copies.limit(1)) is not None:
        raise EmailInProgress
    if not can_be_resent(mail, now):
        raise EmailNotResendable
    copy = copy_of(mail, now)
    session.add(copy)
    await session.flush()
    return copy


def copy_of(mail: EmailLog | PlatformMail, now: datetime) -> EmailLog | PlatformMail:
    table = type(mail)
    copy = table(
        **{name: getattr(mail, name) for name in COPIED},
        id=new_id(),
        headers=dict(mail.headers),
        history=[],
        expires_at=mail.expires_at,
        resend_of=mail.resend_of or mail.id,
        available_at=now,
        created_at=now,
    )
    if isinstance(mail, EmailLog) and isinstance(copy, EmailLog):
        copy.merchant_id, copy.card_id = mail.merchant_id, mail.card_id
    return copy
