"""What an operator is told about one card. Each list is oldest first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.messaging.story import StoryMail
from backend.operations.stories.bookings import StoryBooking
from backend.operations.stories.events import EventStory
from backend.operations.stories.expiry import ExpiryFailure
from backend.operations.stories.stock import StoryHold, StoryLot
from backend.wallets.story import PassStory
from backend.webhooks.story import StoryDelivery


class MergedFrom(Struct, frozen=True):
    code: str
    merged_at: datetime
    reversible_until: datetime


class StoryCard(Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    merchant: str
    """Its code, as `store`."""
    store: str
    """Where the holder enrolled."""
    program: str
    program_type: str
    terms_version: int
    customer: str | None
    """Masked; None once the card is erased."""
    state: str
    frozen_at: datetime | None
    merged_into: str | None
    """The code of the card that is in use in its place."""
    merged_from: Sequence[MergedFrom]
    enrolled_at: datetime
    last_activity_at: datetime
    points_balance: int
    debt_points: int
    stamp_count: int
    held_points: int
    held_stamps: int
    expired_points: int
    """Not on the card any more, and not booked as expired yet."""


class CardStory(Struct, frozen=True, kw_only=True):
    card: StoryCard
    lots: Sequence[StoryLot]
    """What can be spent."""
    holds: Sequence[StoryHold]
    bookings: Sequence[StoryBooking]
    has_earlier: bool
    """There are older bookings than those told."""
    mails: Sequence[StoryMail]
    deliveries: Sequence[StoryDelivery]
    passes: Sequence[PassStory]
    events: Sequence[EventStory]
    """Those that wait or were given up."""
    expiry_failure: ExpiryFailure | None
    """Why what has expired is not booked. None: no run has failed on it."""
    next: list[str]
