"""Pauses between attempts."""

import random
from datetime import datetime
from email.utils import parsedate_to_datetime

PAUSES_SECONDS = (1, 4, 16)
TRIES = len(PAUSES_SECONDS) + 1
JITTER = 0.2
RETRY_AFTER_SECONDS_MAX = 3600.0


def pause_before(attempt: int, retry_after: float | None = None) -> float:
    """Seconds before attempt 2, 3 or 4, ±20 % so that calls that failed together are not retried together.

    Never less than `retry_after`.
    """
    pause = PAUSES_SECONDS[min(attempt - 2, len(PAUSES_SECONDS) - 1)]
    spread = pause * (1 + random.uniform(-JITTER, JITTER))  # noqa: S311 - no secret
    return max(spread, retry_after or 0)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds from a `Retry-After` header, which holds seconds or a date. None when it is absent or invalid."""
    if not header:
        return None
    try:
        seconds = float(header) if header.strip().isdigit() else (parsedate_to_datetime(header) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX)
