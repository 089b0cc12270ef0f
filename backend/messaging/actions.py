"""Queues mails in the caller's transaction, and redacts those of erased customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, literal_column, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.messaging.columns import mail_columns
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.template_editing.rendering import render_in_force
from backend.messaging.templates.declaration import MailTemplate, ValuesT
from backend.messaging.templates.layout import MailBrand
from backend.messaging.templates.render import RenderedMail

# Providers' answers often name the recipient.
WITHOUT_REPLIES = "coalesce((SELECT jsonb_agg(e - 'reply') FROM jsonb_array_elements(history) AS e), '[]')"


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
    platform_name: str,
    card_id: UUID | None = None,
    unsubscribe_url: str | None = None,
    expires_at: datetime | None = None,
    sealed_secret: str | None = None,
) -> EmailLog:
    """Queues the rendered email; it is sent after the commit. Addresses and the secret are inserted on sending."""
    look: dict[str, Any] = {"brand": brand, "platform_name": platform_name, "unsubscribe_url": unsubscribe_url}
    rendered = await render_in_force(session, template, values, language, merchant_id=merchant_id, **look)
    entry = new_mail(
        merchant_id, template, rendered, recipient=recipient, language=language, now=now, reply_to=brand.reply_to,
        card_id=card_id, unsubscribe_url=unsubscribe_url, expires_at=expires_at, sealed_secret=sealed_secret,
    )  # fmt: skip
    session.add(entry)
    return entry


def new_mail(
    merchant_id: UUID,
    template: MailTemplate[Any],
    rendered: tuple[RenderedMail, int | None],
    /,
    *,
    recipient: str,
    language: str,
    now: datetime,
    reply_to: str | None,
    card_id: UUID | None = None,
    unsubscribe_url: str | None = None,
    expires_at: datetime | None = None,
    sealed_secret: str | None = None,
) -> EmailLog:
    """The row of a rendered email; it is queued when the row is committed. `rendered`: of `render_text`."""
    return EmailLog(
        merchant_id=merchant_id,
        id=new_id(),
        card_id=card_id,
        recipient=recipient,
        reply_to=reply_to,
        available_at=now,
        expires_at=expires_at,
        sealed_secret=sealed_secret,
        created_at=now,
        **mail_columns(template, language, *rendered, unsubscribe_url),
    )


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
    platform_name: str,
    expires_at: datetime | None = None,
    sealed_secret: str | None = None,
) -> None:
    """Queues an email to a user, once for each occasion and recipient."""
    mail, version = await render_in_force(
        session, template, values, language, brand=MailBrand(name=platform_name), platform_name=platform_name
    )
    row = insert(PlatformMail).values(
        occasion=occasion,
        recipient=recipient,
        available_at=now,
        expires_at=expires_at,
        sealed_secret=sealed_secret,
        created_at=now,
        **mail_columns(template, language, mail, version),
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=["occasion", "recipient"]))


async def forget_occasions(session: AsyncSession, beginning: str, *, but: Sequence[str]) -> None:
    """Forgets occasions with this prefix that are not in `but`: when one recurs, its mail is sent again."""
    is_over = PlatformMail.occasion.startswith(beginning, autoescape=True) & PlatformMail.occasion.not_in(but)
    await session.execute(update(PlatformMail).where(is_over).values(occasion=None))


async def redact_mails(session: AsyncSession, merchant_id: UUID, card_ids: Sequence[UUID], now: datetime) -> None:
    """Blanks recipient, texts and answers in all mails about these cards. A mail that still waits is not sent."""
    blank = dict.fromkeys(("recipient", "subject", "body_text"), "")
    gone = dict.fromkeys(("body_html", "reply_to", "error", "sender_name", "sealed_secret"))
    values: dict[str, Any] = {
        **blank,
        **gone,
        "headers": {},
        "history": literal_column(WITHOUT_REPLIES),
        "status": case((EmailLog.status.in_(["queued", "sending"]), "failed"), else_=EmailLog.status),
        "redacted_at": now,
    }
    about = (EmailLog.merchant_id == merchant_id) & EmailLog.card_id.in_(card_ids)
    await session.execute(update(EmailLog).where(about).values(values).execution_options(synchronize_session=False))
