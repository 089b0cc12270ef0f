"""When the next stamp is allowed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.loyalty.ledger.booking.setup import TermsState
from backend.loyalty.ledger.rules.expiry import end_of_day


def next_stamp_at(stamped_at: Sequence[datetime], terms: TermsState, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment from `at` on that allows a stamp, by cooldown and daily limit together; None: `at` itself."""
    allowed = at
    while (blocked_until := _blocked_until(stamped_at, terms, allowed, zone)) is not None:
        allowed = blocked_until
    return allowed if allowed > at else None


def _blocked_until(stamped_at: Sequence[datetime], terms: TermsState, at: datetime, zone: ZoneInfo) -> datetime | None:
    """A stamp that is booked late has others before and after it."""
    cooldown = timedelta(minutes=terms.cooldown_minutes)
    waits = [stamp + cooldown for stamp in stamped_at if abs(at - stamp) < cooldown]
    if stamps_left_today(stamped_at, terms, at, zone) == 0:
        waits.append(end_of_day(at.astimezone(zone).date(), zone))
    return max(waits, default=None)


def stamps_left_today(stamped_at: Sequence[datetime], terms: TermsState, now: datetime, zone: ZoneInfo) -> int:
    """Today is the calendar day in the store's time zone."""
    today = now.astimezone(zone).date()
    count = sum(1 for at in stamped_at if at.astimezone(zone).date() == today)
    return max(0, terms.max_daily_stamps - count)
