"""Queues mails in the caller's transaction, and redacts those of erased customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, literal_column, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.templates import kind_of, render

# Providers' answers often name the recipient.
WITHOUT_REPLIES = "coalesce((SELECT jsonb_agg(e - 'reply') FROM jsonb_array_elements(history) AS e), '[]')"


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
    """Queues the rendered mail; it is sent after the commit. The card's private address is inserted when it is sent."""
    entry = EmailLog(
        merchant_id=merchant_id,
        id=new_id(),
        card_id=card_id,
        recipient=recipient,
        available_at=now,
        created_at=now,
        **_rendered(template, language, name, values),
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
    """Queues a mail to a platform user, once for each occasion and recipient."""
    mail = insert(PlatformMail).values(
        occasion=occasion,
        recipient=recipient,
        available_at=now,
        created_at=now,
        **_rendered(template, language, name, values),
    )
    await session.execute(mail.on_conflict_do_nothing(index_elements=["occasion", "recipient"]))


async def forget_occasions(session: AsyncSession, beginning: str, *, but: Sequence[str]) -> None:
    """Forgets occasions with this prefix that are not in `but`: when one recurs, its mail is sent again."""
    is_over = PlatformMail.occasion.startswith(beginning, autoescape=True) & PlatformMail.occasion.not_in(but)
    await session.execute(update(PlatformMail).where(is_over).values(occasion=None))


async def redact_mails(session: AsyncSession, merchant_id: UUID, card_ids: Sequence[UUID], now: datetime) -> None:
    """Blanks recipient, texts and answers in all mails about these cards. A mail that still waits is not sent."""
    blank = dict.fromkeys(("recipient", "subject", "body_text"), "")
    gone = dict.fromkeys(("body_html", "reply_to", "error", "sender_name"))
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


def _rendered(template: str, language: str, name: str | None, values: dict[str, str]) -> dict[str, Any]:
    mail = render(template, language, name=name, **values)
    return {
        "template_code": template,
        "kind": kind_of(template),
        "language": language,
        "subject": mail.subject,
        "body_text": mail.body_text,
        "headers": {},
        "history": [],
    }
