from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body


class ParkedEvent(Answer):
    """An event of which a reaction has failed so often that it is not tried any more."""

    id: UUID
    """Id of the event."""
    event_name: Annotated[str, Meta(examples=["points_earned"])]
    """Name of the event."""
    merchant_code: str
    """Code of the merchant where it happened."""
    reactions: Annotated[list[str], Meta(examples=[["sync_wallets"]])]
    """Reactions that have failed. The others are done, and are not repeated."""
    last_error: Annotated[str, Meta(examples=["sync_wallets: TimeoutError"])]
    """Each failed reaction with the kind of its error."""
    attempts: int
    """How often it was tried."""
    occurred_at: datetime
    """When the event happened (UTC)."""
    parked_at: datetime
    """When it was given up (UTC)."""
    payload: dict[str, Any]
    """What the event says: ids and numbers only."""


class EventRelease(Body):
    """Which parked events are tried again. Without members: all."""

    reaction: Annotated[str, Meta(max_length=100, pattern=r"^[a-z_]+$(?!\n)")] | None = None
    """Only those of which this reaction has failed. Null: all."""


class EventsReleased(Answer):
    """Events are tried again."""

    count: int
    """How many were released."""
