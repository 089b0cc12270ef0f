"""What an operator is told about one booking. Each list is oldest first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.messaging.story import StoryMail
from backend.operations.stories.bookings import StoryBooking
from backend.operations.stories.events import EventStory
from backend.webhooks.story import StoryDelivery


class MovedLot(Struct, frozen=True):
    id: UUID
    unit: str
    did: str
    """`granted`, `used` or `restored`."""
    amount: int
    remaining: int
    """Now."""
    expires_at: datetime | None


class StoryOffline(Struct, frozen=True):
    """It was done on a tablet without a connection."""

    operation_id: str
    batch_id: UUID
    received_at: datetime
    state: str


class StoryReceipt(Struct, frozen=True, kw_only=True):
    """How it was booked."""

    terms_version: int
    has_pin: bool
    """Somebody has entered a PIN for it."""
    overridden_by: str | None
    idempotency_key: str | None
    request_ids: Sequence[str]
    """Of the audit entries about it. The log has those of all others."""
    offline: StoryOffline | None


class StoryPass(Struct, frozen=True):
    provider: str
    external_id: str
    is_synced_since: bool
    """The provider has accepted the card since the booking."""
    next: str


class OtherBooking(Struct, frozen=True):
    """An older one that may be meant as well: its receipt has the same number."""

    id: UUID
    merchant: str
    """Its code."""


class TransactionStory(Struct, frozen=True, kw_only=True):
    merchant: str
    """Its code."""
    card_code: str
    booking: StoryBooking
    others: Sequence[OtherBooking]
    receipt: StoryReceipt
    lots: Sequence[MovedLot]
    events: Sequence[EventStory]
    mails: Sequence[StoryMail]
    """To the holder of the card, within the hour after it."""
    deliveries: Sequence[StoryDelivery]
    passes: Sequence[StoryPass]
    next: list[str]
