"""Queues mails in the caller's transaction, and claims and delivers queued mails."""

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
from backend.core.mail_settings import MailSettings
from backend.messaging.models import EmailLog, MailRow, PlatformMail
from backend.messaging.template_editing.composition import compose
from backend.messaging.templates.declaration import MailTemplate, ValuesT
from backend.messaging.templates.layout import PLATFORM_BRAND, MailBrand
from backend.messaging.templates.render import RenderedMail

RETRY_AFTER = timedelta(seconds=60)
TRIES = 4
LEASE = timedelta(seconds=90)

MailT = TypeVar("MailT", bound=MailRow)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    id: UUID
    recipient: str
    sender: str
    """The display name; the address is the platform's."""
    language: str
    subject: str
    body_text: str


class Delivery(Protocol):
    """A mail provider. `send` raises DeliveryFailed."""

    provider: str
    host: str

    async def send(self, mail: OutgoingMail) -> None: ...


class DeliveryFailed(Exception):
    """Its text is the reason: one line without credentials."""


async def queue_mail(
    session: AsyncSession,
    merchant_id: UUID,
    template: MailTemplate[ValuesT],
    values: ValuesT,
    /,
    *,
    recipient: str,
    language: str,
    now: datetime,
    brand: MailBrand,
    card_id: UUID | None = None,
    unsubscribe_url: str | None = None,
) -> EmailLog:
    """Queues the rendered email; it is sent after the commit. The card's addresses are inserted on sending."""
    mail, _ = await compose(
        session, template, values, language, brand=brand, merchant_id=merchant_id, unsubscribe_url=unsubscribe_url
    )
    entry = EmailLog(
        merchant_id=merchant_id,
        id=new_id(),
        card_id=card_id,
        recipient=recipient,
        available_at=now,
        created_at=now,
        **_columns(template, language, mail),
    )
    session.add(entry)
    return entry


async def queue_platform_mail(
    session: AsyncSession,
    occasion: str,
    template: MailTemplate[ValuesT],
    values: ValuesT,
    /,
    *,
    recipient: str,
    language: str,
    now: datetime,
) -> None:
    """Queues an email to a platform user, once for each occasion and recipient."""
    mail, _ = await compose(session, template, values, language, brand=PLATFORM_BRAND)
    row = insert(PlatformMail).values(
        occasion=occasion,
        recipient=recipient,
        available_at=now,
        created_at=now,
        **_columns(template, language, mail),
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=["occasion", "recipient"]))


async def forget_occasions(session: AsyncSession, beginning: str, *, but: Sequence[str]) -> None:
    """Forgets occasions with this prefix that are not in `but`: when one recurs, its mail is sent again."""
    is_over = PlatformMail.occasion.startswith(beginning, autoescape=True) & PlatformMail.occasion.not_in(but)
    await session.execute(update(PlatformMail).where(is_over).values(occasion=None))


async def claim_mails(session: AsyncSession, merchant_id: UUID, now: datetime, limit: int) -> list[EmailLog]:
    """Leases due mails to this worker. When the worker dies, they are due again at the end of the lease."""
    own = select(EmailLog).where(EmailLog.merchant_id == merchant_id)
    return await _claim(session, EmailLog, own, now, limit)


async def claim_platform_mails(session: AsyncSession, now: datetime, limit: int) -> list[PlatformMail]:
    """Like `claim_mails`."""
    return await _claim(session, PlatformMail, select(PlatformMail), now, limit)


async def _claim(
    session: AsyncSession, table: type[MailT], query: Select[tuple[MailT]], now: datetime, limit: int
) -> list[MailT]:
    due = (
        query.where(table.status == "queued", table.available_at <= now)
        .order_by(table.available_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = list(await session.scalars(due))
    for entry in claimed:
        entry.attempts += 1
        entry.available_at = now + LEASE
    return claimed


async def deliver(
    entry: EmailLog | PlatformMail,
    delivery: Delivery,
    settings: MailSettings,
    now: datetime,
    body_text: str | None = None,
    *,
    sender: str,
) -> None:
    """Sends a claimed mail and records the outcome, the provider and the sender on it. Raises nothing.

    `body_text`: the text to send when it contains more than may be stored. `sender`: the display name, the merchant's
    or the platform's.
    """
    entry.provider, entry.host = delivery.provider, delivery.host
    entry.sender = f"{sender} <{settings.email_from_address}>"
    try:
        text = body_text or entry.body_text
        await delivery.send(OutgoingMail(entry.id, entry.recipient, sender, entry.language, entry.subject, text))
    except Exception as error:  # noqa: BLE001 - one mail, whatever its error, must not stop the mails after it
        entry.error = str(error) if isinstance(error, DeliveryFailed) else type(error).__name__
        is_over = entry.attempts >= TRIES
        entry.status = "failed" if is_over else "queued"
        entry.available_at = now + RETRY_AFTER
        log.warning("mail_failed", mail=str(entry.id), attempt=entry.attempts, error=entry.error, given_up=is_over)
        return
    entry.status, entry.sent_at, entry.error = "sent", now, None


def _columns(template: MailTemplate[Any], language: str, mail: RenderedMail) -> dict[str, Any]:
    return {
        "template_code": template.code,
        "language": language,
        "subject": mail.subject,
        "body_text": mail.body_text,
    }
