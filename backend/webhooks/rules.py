"""When a delivery is tried again, and what its failure means for the endpoint: pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before the second, third … attempt."""
TRIED_FOR = timedelta(days=3)
"""From the first attempt to the last one."""
FAILING_FOR = timedelta(days=3)
"""An endpoint that has only failed for this long is disabled."""
JITTER = 0.2
"""Pauses are up to this share longer, so that what failed together is not sent again together."""
FAILURES_MAX = 5
"""Failures in a row after which an endpoint rests."""
REST, REST_MAX = timedelta(seconds=30), timedelta(minutes=15)
GONE = 410
REST_DOUBLINGS_MAX = 5


@dataclass(frozen=True, slots=True)
class DeliveryVerdict:
    next_attempt_at: datetime | None
    """None: given up."""


def after_failure(
    attempts: int, first_attempt_at: datetime, now: datetime, *, retry_after: float | None, random: float
) -> DeliveryVerdict:
    """`attempts`: with the failed one. `retry_after`: seconds the endpoint asks for. `random`: from 0 to 1.

    The last attempt is TRIED_FOR after the first one, also when a longer pause would be due.
    """
    last_at = first_attempt_at + TRIED_FOR
    if now >= last_at:
        return DeliveryVerdict(None)
    pause = PAUSES[min(attempts, len(PAUSES)) - 1] * (1 + JITTER * random)
    pause = max(pause, timedelta(seconds=retry_after or 0))
    return DeliveryVerdict(min(now + pause, last_at))


def rest_until(failure_count: int, now: datetime, *, retry_after: float | None) -> datetime | None:
    """Until when the endpoint is sent nothing at all. `failure_count`: in a row, with the last one."""
    rests: list[timedelta] = []
    if failure_count >= FAILURES_MAX:
        doublings = min(failure_count - FAILURES_MAX, REST_DOUBLINGS_MAX)
        rests.append(min(REST * (1 << doublings), REST_MAX))
    if retry_after:
        rests.append(timedelta(seconds=retry_after))
    return now + max(rests) if rests else None


def disabled_reason(status: int | None, failing_since: datetime, now: datetime) -> str | None:
    """Why the endpoint is to be disabled after a failure: `gone`, `failing`, or None."""
    if status == GONE:
        return "gone"
    return "failing" if now - failing_since >= FAILING_FOR else None
