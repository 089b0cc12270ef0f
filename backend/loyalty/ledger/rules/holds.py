"""What open holds keep."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.loyalty.ledger.booking.card import HoldState

HOLD_TIME = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=5)
"""When something happened on a tablet is known to a few minutes."""


def held(holds: Iterable[HoldState], unit: str, now: datetime) -> int:
    """How much open holds keep; a hold whose time has run out keeps nothing."""
    return sum(hold.left for hold in holds if hold.unit == unit and is_open(hold, now))


def is_open(hold: HoldState, now: datetime) -> bool:
    return hold.state == "reserved" and hold.expires_at > now


def is_promise(hold: HoldState, now: datetime) -> bool:
    """Whether it is open for somebody to confirm or release; an allowance is the tablet's own."""
    return is_open(hold, now) and not hold.is_allowance


def is_within(allowance: HoldState, at: datetime) -> bool:
    """Whether it was there at this time. One that was released ended early; one that is used up has nothing left."""
    ends_at = allowance.expires_at
    if allowance.state == "released" and allowance.settled_at is not None:
        ends_at = min(ends_at, allowance.settled_at)
    return allowance.reserved_at - CLOCK_TOLERANCE <= at < ends_at
