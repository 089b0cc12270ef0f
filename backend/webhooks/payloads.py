"""What the public events say: ids and numbers only. A receiver reads everything else with the ids from the API.

What a domain event has beside these fields is left out.
"""

from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class CardPayload(Answer):
    """What an event says of a card."""

    card_id: UUID
    """Id of the card."""


class CardBookingPayload(CardPayload):
    """What an event says of a card and what was booked on it."""

    transaction_id: UUID
    """Id of the transaction that was booked."""


class PointsPayload(CardBookingPayload):
    """What an event says of points that were booked."""

    points: int
    """Of this transaction; negative when they were taken."""


class StampPayload(CardBookingPayload):
    """What an event says of a stamp that was added."""

    stamp_count: int
    """Stamps on the card, after this transaction."""


class RedemptionPayload(CardBookingPayload):
    """What an event says of a reward that was redeemed."""

    reward_id: UUID | None
    """Id of the reward. Null: the reward of the stamp card."""


class HoldPayload(CardPayload):
    """What an event says of a reward that is set aside."""

    hold_id: UUID
    """Id of the hold."""


class VoidPayload(CardBookingPayload):
    """What an event says of a transaction that takes back another one."""

    voids_id: UUID
    """Id of the transaction that is taken back."""


class MergePayload(CardBookingPayload):
    """What an event says of a merge. It is sent once for each of both cards."""

    other_card_id: UUID
    """Id of the other card of the merge."""
    merge_id: UUID
    """Id of the merge."""


class ExpiringPayload(CardPayload):
    """What an event says of points that will expire."""

    points: int
    """How many points expire."""
    expires_at: datetime
    """When they expire (UTC)."""


class CustomerPayload(Answer):
    """What an event says of a customer."""

    customer_id: UUID
    """Id of the customer."""


class PingPayload(Answer):
    """What a test says."""

    endpoint_id: UUID
    """Id of the endpoint that is tested."""
