"""Wrong PINs that a tablet reports."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.moments import Moment
from backend.core.schemas import Answer, Body


class FailedPin(Body):
    """Wrong PINs of one person, entered one after the other without a connection."""

    event_id: UUID
    """Made by the app and kept before sending: each event counts once, however often it is reported."""
    occurred_at: Moment
    """When the last of them was entered, by the tablet's clock."""
    count: Annotated[int, Meta(ge=1, le=20)] = 1
    """How many, 1 to 20."""


class FailedPinAnswer(Answer):
    """How it stands with the PIN of a person."""

    locked: bool
    """True when the PIN is refused at present."""
    locked_until: datetime | None
    """Until when (UTC). Null when it is not locked, and when ten wrong attempts have disabled it."""
    remaining: int
    """Wrong attempts until it is locked."""
    duplicate: bool
    """True when all of it was reported before."""
