from datetime import datetime
from uuid import UUID

from backend.core.events import DomainEvent


class CardBooking(DomainEvent, frozen=True):
    card_id: UUID
    transaction_id: UUID


class CardEnrolled(CardBooking, frozen=True):
    pass


class WelcomeBonusGiven(DomainEvent, frozen=True):
    """Booked with the enrollment, whose event updates the passes."""

    card_id: UUID
    transaction_id: UUID
    points: int


class PointsEarned(CardBooking, frozen=True):
    points: int


class StampAdded(CardBooking, frozen=True):
    stamp_count: int


class RewardReady(CardBooking, frozen=True):
    """The stamp card is full: once per completion."""


class RewardRedeemed(CardBooking, frozen=True):
    reward_id: UUID | None
    """None: the stamp card's reward."""


class RewardReserved(DomainEvent, frozen=True):
    card_id: UUID
    hold_id: UUID


class HoldReleased(DomainEvent, frozen=True):
    card_id: UUID
    hold_id: UUID


class TransactionVoided(CardBooking, frozen=True):
    voids_id: UUID


class ReturnUndone(CardBooking, frozen=True):
    voids_id: UUID
    """The return."""


class PointsRestored(CardBooking, frozen=True):
    points: int


class CardDeactivated(CardBooking, frozen=True):
    pass


class CardReactivated(CardBooking, frozen=True):
    pass


class CardReplaced(DomainEvent, frozen=True):
    """It has a new code; the old one is refused."""

    card_id: UUID


class CardLinksEnded(DomainEvent, frozen=True):
    """Nothing that was handed out for it opens anything any more."""

    card_id: UUID
    user_id: UUID | None


class CardsMerged(CardBooking, frozen=True):
    """Once for each of both."""

    other_card_id: UUID
    merge_id: UUID


class MergeReversed(CardBooking, frozen=True):
    """Once for each of both."""

    other_card_id: UUID
    merge_id: UUID


class PointsAdjusted(CardBooking, frozen=True):
    points: int


class PointsExpired(CardBooking, frozen=True):
    points: int


class PointsExpiring(DomainEvent, frozen=True):
    """Soon; told once for each stretch of notice."""

    card_id: UUID
    expires_at: datetime
    points: int


class CardFrozen(DomainEvent, frozen=True):
    """An audit has found its history wrong: nothing can be redeemed until a person has looked."""

    card_id: UUID
    invariants: list[str]


class CardUnfrozen(DomainEvent, frozen=True):
    card_id: UUID
    reason: str
