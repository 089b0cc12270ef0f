"""Records of connection tests: PostgreSQL counts them, so the limit holds in all processes and without Redis."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.mail_settings import MailSettings
from backend.core.origin import PlatformOrigin
from backend.messaging.connection_test.models import ConnectionTest
from backend.messaging.connection_test.problems import ConnectionTestsUsedUp
from backend.messaging.connection_test.results import StepResult, Verdict
from backend.messaging.connection_test.schemas import LastConnectionTest
from backend.messaging.delivery import open_delivery
from backend.messaging.history import MailEvent, MailOutcome, stored_history
from backend.messaging.models import PlatformMail
from backend.messaging.outgoing import attempt_of
from backend.messaging.providers.ports import OutgoingMail
from backend.messaging.templates.catalog.test_email import TEST_EMAIL

HOUR = timedelta(hours=1)
LOCK = "connection test"


async def begin_test(session: AsyncSession, origin: PlatformOrigin, mail: MailSettings, per_hour: int | None) -> UUID:
    """Counts the test. Raises ConnectionTestsUsedUp past `per_hour`; None: without a limit."""
    if per_hour is not None:
        await _check_limit(session, origin, per_hour)
    route = open_delivery(mail).route
    test = ConnectionTest(
        id=new_id(),
        user_id=origin.user_id,
        user_name=origin.user_name,
        started_at=origin.now,
        host=route.host,
        port=route.port,
    )
    session.add(test)
    await session.flush()
    return test.id


async def end_test(session: AsyncSession, test_id: UUID, verdict: Verdict) -> None:
    values = {"verdict": msgspec.to_builtins(verdict)}
    await session.execute(update(ConnectionTest).where(ConnectionTest.id == test_id).values(values))


def log_test_email(
    session: AsyncSession, email: OutgoingMail, mail: MailSettings, step: StepResult, now: datetime
) -> None:
    """A row of the email log for the email of the step SEND, as for any other email."""
    attempt, is_sent = attempt_of(email, mail, open_delivery(mail).route), step.outcome == "ok"
    outcome: MailOutcome = "accepted" if is_sent else "refused"
    session.add(
        PlatformMail(
            id=email.id,
            template_code=TEST_EMAIL.code,
            kind=TEST_EMAIL.kind,
            language=email.language,
            recipient=email.recipient,
            subject=email.subject,
            body_text=email.body_text,
            body_html=email.body_html,
            status="sent" if is_sent else "failed",
            attempts=1,
            available_at=now,
            provider=attempt.provider,
            host=attempt.host,
            port=attempt.port,
            security=attempt.security,
            sender_name=attempt.sender_name,
            sender_address=attempt.sender_address,
            reply_to=attempt.reply_to,
            message_id=attempt.message_id,
            error=step.facts.reply if not is_sent else None,
            history=stored_history([MailEvent(now, outcome, reply=step.facts.reply)]),
            created_at=now,
            sent_at=now if is_sent else None,
        )
    )


async def find_last_test(session: AsyncSession, language: str) -> LastConnectionTest | None:
    """The newest one that has ended."""
    newest = select(ConnectionTest).where(ConnectionTest.verdict.is_not(None))
    test = await session.scalar(newest.order_by(ConnectionTest.started_at.desc(), ConnectionTest.id.desc()).limit(1))
    if test is None:
        return None
    verdict = msgspec.convert(test.verdict, Verdict)
    return LastConnectionTest(
        is_ok=verdict.is_ok,
        code=verdict.code,
        sentence=verdict.text(language),
        host=test.host,
        port=test.port,
        tested_at=test.started_at,
        tested_by=test.user_name,
    )


async def _check_limit(session: AsyncSession, origin: PlatformOrigin, per_hour: int) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{LOCK}:{origin.user_id}", 0))))
    started = select(ConnectionTest.started_at).where(
        ConnectionTest.user_id == origin.user_id, ConnectionTest.started_at > origin.now - HOUR
    )
    recent: list[datetime] = list(await session.scalars(started.order_by(ConnectionTest.started_at.desc())))
    if len(recent) >= per_hour:
        raise ConnectionTestsUsedUp(per_hour, recent[per_hour - 1] + HOUR, origin.now)
