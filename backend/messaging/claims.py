"""A worker claims due mails, and notes the outcome of mails whose worker has died."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.leases import LEASE
from backend.messaging.history import MailEvent, read_history, stored_history
from backend.messaging.metrics import MAILS
from backend.messaging.models import IS_PROMPT, EmailLog, MailRow, PlatformMail
from backend.messaging.retries import after_unknown

MailT = TypeVar("MailT", bound=MailRow)

log = structlog.get_logger()


async def claim_mails(session: AsyncSession, merchant_id: UUID, now: datetime, limit: int) -> list[EmailLog]:
    """Leases due mails to this worker, those of `BULK_TEMPLATES` last.

    When the worker dies, they are due again at the end of the lease.
    """
    mails = select(EmailLog).where(EmailLog.merchant_id == merchant_id)
    claimed = await _claim(session, EmailLog, mails.where(text(IS_PROMPT)), now, limit)
    if len(claimed) < limit:
        claimed += await _claim(session, EmailLog, mails, now, limit - len(claimed))
    return claimed


async def claim_platform_mails(session: AsyncSession, now: datetime, limit: int) -> list[PlatformMail]:
    """Like `claim_mails`."""
    return await _claim(session, PlatformMail, select(PlatformMail), now, limit)


async def _claim(
    session: AsyncSession, table: type[MailT], query: Select[tuple[MailT]], now: datetime, limit: int
) -> list[MailT]:
    due = (
        query.where(table.status.in_(["queued", "sending"]), table.available_at <= now)
        .order_by(table.available_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = list(await session.scalars(due))
    for mail in claimed:
        if mail.status == "sending":
            _note_unknown(mail, now)
        if mail.status == "queued":
            mail.available_at = now + LEASE
    return [mail for mail in claimed if mail.status == "queued"]


def _note_unknown(mail: MailRow, now: datetime) -> None:
    """The worker has died during the conversation. Its lease was the pause: what is sent again is sent now."""
    history = [*read_history(mail.history), MailEvent(now, "unknown", "outcome_unknown")]
    verdict = after_unknown(history, mail.kind, now)
    mail.history, mail.status, mail.error_code = stored_history(history), verdict.status, "outcome_unknown"
    MAILS.labels(mail.provider or "", "unknown").inc()
    is_sent_again = verdict.status == "queued"
    log.warning(
        "mail_outcome_unknown",
        template=mail.template_code,
        is_sent_again=is_sent_again,
        advice="" if is_sent_again else "It may have arrived: ask before it is sent as a new email, at /admin/emails.",
    )
