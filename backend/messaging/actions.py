"""Queue a mail with the transaction it belongs to, and send what is queued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.settings import Settings
from backend.messaging.models import EmailLog, MailRow, PlatformMail
from backend.messaging.templates import render

RETRY_AFTER = timedelta(seconds=60)
TRIES = 4
LEASE = timedelta(seconds=90)

Row = TypeVar("Row", bound=MailRow)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Message:
    id: UUID
    recipient: str
    sender: str
    """A name; the address is the platform's."""
    language: str
    subject: str
    body_text: str


class Delivery(Protocol):
    """A way out for mail. Raises DeliveryFailed."""

    provider: str
    host: str

    async def send(self, message: Message) -> None: ...


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
    name: str | None,
    card_id: UUID | None = None,
    **values: str,
) -> EmailLog:
    """The mail as it will be read; it leaves after the commit. What opens a card is put in when it leaves."""
    entry = EmailLog(
        merchant_id=merchant_id,
        id=new_id(),
        card_id=card_id,
        recipient=recipient,
        available_at=now,
        created_at=now,
        **_written(template, language, name, values),
    )
    session.add(entry)
    return entry


async def queue_platform_mail(
    session: AsyncSession,
    occasion: str,
    template: str,
    /,
    *,
    recipient: str,
    language: str,
    now: datetime,
    name: str | None,
    **values: str,
) -> None:
    """To one of the platform's own people. Whoever has heard of this occasion already gets nothing."""
    mail = insert(PlatformMail).values(
        occasion=occasion,
        recipient=recipient,
        available_at=now,
        created_at=now,
        **_written(template, language, name, values),
    )
    await session.execute(mail.on_conflict_do_nothing(index_elements=["occasion", "recipient"]))


async def forget_occasions(session: AsyncSession, beginning: str, *, but: Sequence[str]) -> None:
    """What begins like this, and is none of these, is over: when it happens again, it is told again."""
    is_over = PlatformMail.occasion.startswith(beginning, autoescape=True) & PlatformMail.occasion.not_in(but)
    await session.execute(update(PlatformMail).where(is_over).values(occasion=None))


async def claim_mails(session: AsyncSession, merchant_id: UUID, now: datetime, limit: int) -> list[EmailLog]:
    """Leases queued mails to this worker; a worker that dies gives them back when the lease ends."""
    own = select(EmailLog).where(EmailLog.merchant_id == merchant_id)
    return await _claim(session, EmailLog, own, now, limit)


async def claim_platform_mails(session: AsyncSession, now: datetime, limit: int) -> list[PlatformMail]:
    """Like `claim_mails`."""
    return await _claim(session, PlatformMail, select(PlatformMail), now, limit)


async def _claim(
    session: AsyncSession, kind: type[Row], query: Select[tuple[Row]], now: datetime, limit: int
) -> list[Row]:
    found = await session.scalars(
        query.where(kind.status == "queued", kind.available_at <= now)
        .order_by(kind.available_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = list(found)
    for entry in claimed:
        entry.attempts += 1
        entry.available_at = now + LEASE
    return claimed


async def deliver(
    entry: EmailLog | PlatformMail,
    delivery: Delivery,
    settings: Settings,
    now: datetime,
    body_text: str | None = None,
    *,
    sender: str,
) -> None:
    """Sends one claimed mail and notes on it how that ended, and by which way it really went. Raises nothing.

    `body_text`: what the recipient reads, when it says more than may be kept. `sender`: the merchant's name on all of a
    merchant's mails, the platform's on its own.
    """
    entry.provider, entry.host = delivery.provider, delivery.host
    entry.sender = f"{sender} <{settings.email_from_address}>"
    try:
        text = body_text or entry.body_text
        await delivery.send(Message(entry.id, entry.recipient, sender, entry.language, entry.subject, text))
    except Exception as error:  # noqa: BLE001 - a mail that cannot even be written must not stop those behind it
        entry.error = str(error) if isinstance(error, DeliveryFailed) else type(error).__name__
        is_over = entry.attempts >= TRIES
        entry.status = "failed" if is_over else "queued"
        entry.available_at = now + RETRY_AFTER
        log.warning("mail_failed", mail=str(entry.id), attempt=entry.attempts, error=entry.error, given_up=is_over)
        return
    entry.status, entry.sent_at, entry.error = "sent", now, None


def _written(template: str, language: str, name: str | None, values: dict[str, str]) -> dict[str, Any]:
    mail = render(template, language, name=name, **values)
    return {"template_code": template, "language": language, "subject": mail.subject, "body_text": mail.body_text}
