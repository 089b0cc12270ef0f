"""What open holds keep."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.loyalty.ledger.booking.card import HoldState

HOLD_TIME = timedelta(minutes=10)


def held(holds: Iterable[HoldState], unit: str, now: datetime) -> int:
    """How much open holds keep; a hold whose time has run out keeps nothing."""
    return sum(hold.amount for hold in holds if hold.unit == unit and is_open(hold, now))


def is_open(hold: HoldState, now: datetime) -> bool:
    return hold.state == "reserved" and hold.expires_at > now
