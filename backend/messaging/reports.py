"""What a provider reports of a mail after it has taken it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.keys import KeyRing
from backend.messaging.history import MailEvent, MailOutcome, read_history, stored_history
from backend.messaging.models import MailRow
from backend.messaging.suppression import REASONS, suppress

RANKS = {"queued": 0, "sending": 0, "sent": 0, "unknown": 0, "delivered": 1, "failed": 2, "bounced": 2, "complained": 3}
"""A report changes the status only to one of a higher rank: reports come twice, late, and in any order."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    status: str
    outcome: MailOutcome
    code: str | None
    """A key of `FAULTS`."""
    at: datetime
    reply: str | None


async def apply_reports(
    session: AsyncSession, keys: KeyRing, reports: Sequence[tuple[MailRow, DeliveryReport]]
) -> None:
    """The rows of the mails are locked."""
    unwanted = [(mail.recipient, report.status, report.at) for mail, report in reports if _apply(mail, report)]
    await suppress(session, keys, unwanted)


def _apply(mail: MailRow, report: DeliveryReport) -> bool:
    """Whether the mailbox gets no marketing from now on. A report that says nothing new changes nothing."""
    event = MailEvent(report.at, report.outcome, report.code, report.reply)
    history = read_history(mail.history)
    if mail.redacted_at is not None or event in history:
        return False
    mail.history = stored_history([*history, event])
    if RANKS[report.status] <= RANKS[mail.status]:
        return False
    mail.status, mail.error_code, mail.error = report.status, report.code, report.reply
    return report.status in REASONS
