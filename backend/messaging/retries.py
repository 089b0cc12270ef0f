"""What follows from a failed attempt: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.messaging.faults import FAULTS, FaultKind
from backend.messaging.history import MailEvent, MailOutcome

OWN_TRIES = 3
OWN_PAUSE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
DOUBLINGS_MAX = 8
"""After these the longest pause is reached."""
OUTCOMES: dict[FaultKind, MailOutcome] = {
    FaultKind.PERMANENT: "refused",
    FaultKind.TRANSIENT: "deferred",
    FaultKind.OWN: "failed",
    FaultKind.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class MailVerdict:
    status: str
    available_at: datetime
    """The next attempt, for a mail that is queued."""


def after_fault(
    history: Sequence[MailEvent], *, kind: str, created_at: datetime, give_up_after: timedelta, now: datetime
) -> MailVerdict:
    """The verdict after the last event of the history, which is a failed attempt.

    `kind`: of the mail. Transient failures are retried after 1, 2, 4 … minutes, at most 4 hours, until the mail is
    `give_up_after` old; our own three times in all, a minute apart.
    """
    fault = FAULTS[history[-1].code or "internal_error"]
    counted = [event for event in history if event.outcome == OUTCOMES[fault.kind] and not event.is_probe]
    final = MailVerdict(fault.status, now)
    match fault.kind:
        case FaultKind.PERMANENT:
            return final
        case FaultKind.UNKNOWN:
            return after_unknown(history, kind, now)
        case FaultKind.OWN if len(counted) >= OWN_TRIES:
            return final
    pause = OWN_PAUSE if fault.kind is FaultKind.OWN else _growing_pause(len(counted))
    is_too_old = now + pause > created_at + give_up_after
    return final if is_too_old else MailVerdict("queued", now + pause)


def after_unknown(history: Sequence[MailEvent], kind: str, now: datetime) -> MailVerdict:
    """Marketing is never sent again, anything else once."""
    may_repeat = kind != "marketing" and sum(event.outcome == "unknown" for event in history) == 1
    return MailVerdict("queued" if may_repeat else "unknown", now + OWN_PAUSE)


def _growing_pause(attempts: int) -> timedelta:
    doublings = min(attempts - 1, DOUBLINGS_MAX)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
