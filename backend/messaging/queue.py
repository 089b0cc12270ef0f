"""The states of a claimed mail (`claims.py`): begun, ended, given back. Each step is a transaction of its own.

A mail is `sending` from before its conversation with the provider until its outcome is written. Its worker renews the
lease meanwhile. When the worker dies, the lease ends and another worker records that the outcome is unknown.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, cast, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.leases import LEASE
from backend.core.mail_settings import MailSettings
from backend.messaging.attempt import MailAttempt
from backend.messaging.faults import FAULTS
from backend.messaging.history import MailEvent, read_history, stored_history
from backend.messaging.mailer import MailRefusal, MailsWait
from backend.messaging.metrics import MAILS
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.retries import OUTCOMES, after_fault

QueuedMail = EmailLog | PlatformMail

log = structlog.get_logger()


async def begin(session: AsyncSession, mail: QueuedMail, attempt: MailAttempt, now: datetime) -> bool:
    """Writes that the conversation begins. False when another worker has claimed the mail since."""
    values = {
        "status": "sending",
        "attempts": mail.attempts + 1,
        "available_at": now + LEASE,
        "provider": attempt.provider,
        "host": attempt.host,
        "port": attempt.port,
        "security": attempt.security,
        "sender_name": attempt.sender_name,
        "sender_address": attempt.sender_address,
        "reply_to": attempt.reply_to,
        "message_id": attempt.message_id,
    }
    return await _write(session, mail, _is_claimed(mail), values)


async def end_accepted(session: AsyncSession, mail: QueuedMail, answer: str, now: datetime) -> None:
    """Writes that the provider has taken the mail, also when its lease has ended in the meantime."""
    event = MailEvent(now, "accepted", reply=answer)
    values = {"status": "sent", "sent_at": now, "error_code": None, "error": None}
    await _end(session, mail, event, values)
    MAILS.labels(mail.provider or "", "sent").inc()


async def end_refused(
    session: AsyncSession, mail: QueuedMail, refusal: MailRefusal, settings: MailSettings, now: datetime
) -> str:
    """Writes why the provider has not taken the mail, and whether it is tried again. Returns the new status."""
    fault = refusal.fault
    kind = FAULTS[fault.code].kind
    event = MailEvent(now, OUTCOMES[kind], fault.code, fault.reply, refusal.is_probe)
    verdict = after_fault(
        [*read_history(mail.history), event],
        kind=mail.kind,
        created_at=mail.created_at,
        give_up_after=timedelta(hours=settings.email_give_up_hours),
        now=now,
    )
    values = {
        "status": verdict.status,
        "available_at": verdict.available_at,
        "error_code": fault.code,
        "error": fault.reply,
    }
    await _end(session, mail, event, values)
    _tell(mail, fault.code, verdict.status)
    return verdict.status


async def withhold(session: AsyncSession, mail: QueuedMail, code: str, now: datetime) -> None:
    """Ends a claimed mail that may not be sent. `code`: a key of `FAULTS`."""
    values = {"status": FAULTS[code].status, "error_code": code, "error": None}
    await _end(session, mail, MailEvent(now, "withheld", code), values)
    _tell(mail, code, FAULTS[code].status)


async def postpone(
    session: AsyncSession, mails: Sequence[QueuedMail], wait: MailsWait, give_up_after: timedelta, now: datetime
) -> None:
    """Gives claimed mails back that could not begin. It costs them no try; those that are too old fail."""
    for mail in mails:
        if now > mail.created_at + give_up_after:
            code = mail.error_code or wait.code or "provider_down"
            values: dict[str, Any] = {"status": "failed", "error_code": code}
            await _end(session, mail, MailEvent(now, "given_up", code), values)
            _tell(mail, code, "failed")
        else:
            values = {"available_at": now + timedelta(seconds=wait.seconds)}
            if wait.code is not None and mail.error_code is None:
                values["error_code"] = wait.code
            await _write(session, mail, _is_claimed(mail), values)


async def renew(session: AsyncSession, mails: Sequence[QueuedMail], now: datetime) -> None:
    """The leases of mails that this worker has claimed or begun; what has ended or waits for later stays as it is."""
    for mail in mails:
        table, until = type(mail), now + LEASE
        is_ours = _row(mail) & (table.status == mail.status) & (table.attempts == mail.attempts)
        await _write(session, mail, is_ours & (table.available_at < until), {"available_at": until})


async def defer(session: AsyncSession, mail: QueuedMail, until: datetime) -> None:
    """Gives a claimed mail back that may be sent later only. It costs no try."""
    await _write(session, mail, _is_claimed(mail), {"available_at": until})


async def _end(session: AsyncSession, mail: QueuedMail, event: MailEvent, values: dict[str, Any]) -> None:
    """Only of the attempt at hand, not after a later one has begun, and not when the mail was redacted meanwhile.

    What the provider has reported meanwhile stays the status. Safe to repeat when a commit was not confirmed.
    """
    table, stored = type(mail), cast(stored_history([event]), JSONB)
    is_current = _row(mail) & (table.attempts == mail.attempts) & table.redacted_at.is_(None)
    is_new = ~cast(table.history, JSONB).contains(stored)
    if await _write(session, mail, is_current & is_new, {"history": table.history.op("||")(stored)}):
        await _write(session, mail, is_current & table.status.in_(["queued", "sending"]), values)


async def _write(session: AsyncSession, mail: QueuedMail, where: ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Writes to the row, and plain values to the object, too, when the row was written."""
    statement = update(type(mail)).where(where).values(values).execution_options(synchronize_session=False)
    is_written = bool((await session.execute(statement)).rowcount)  # type: ignore[attr-defined]
    if is_written:
        for name, value in values.items():
            if not isinstance(value, ColumnElement):
                setattr(mail, name, value)
    return is_written


def _is_claimed(mail: QueuedMail) -> ColumnElement[bool]:
    """Nobody has begun it since it was read. When the lease was too short, two workers have it, and one begins."""
    return _row(mail) & (type(mail).status == "queued") & (type(mail).attempts == mail.attempts)


def _row(mail: QueuedMail) -> ColumnElement[bool]:
    if isinstance(mail, EmailLog):
        return (EmailLog.merchant_id == mail.merchant_id) & (EmailLog.id == mail.id)
    return PlatformMail.id == mail.id


def _tell(mail: QueuedMail, code: str, status: str) -> None:
    """The log says what an operator must do; it names nobody."""
    MAILS.labels(mail.provider or "", status if status != "queued" else "retried").inc()
    log.warning(
        "mail_failed",
        mail=str(mail.id),
        attempt=mail.attempts,
        provider=mail.provider,
        host=mail.host,
        port=mail.port,
        code=code,
        status=status,
        advice="" if code == "outcome_unknown" and status == "queued" else FAULTS[code].advice,
    )
