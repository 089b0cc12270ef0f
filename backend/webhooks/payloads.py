"""What the public events say: ids and numbers only. A receiver reads everything else with the ids from the API.

What a domain event has beside these fields is left out.
"""

from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class CardPayload(Answer):
    card_id: UUID


class CardBookingPayload(Answer):
    card_id: UUID
    transaction_id: UUID


class PointsPayload(Answer):
    card_id: UUID
    transaction_id: UUID
    points: int
    """Of this transaction; negative when they were taken."""


class StampPayload(Answer):
    card_id: UUID
    transaction_id: UUID
    stamp_count: int
    """On the card, after this transaction."""


class RedemptionPayload(Answer):
    card_id: UUID
    transaction_id: UUID
    reward_id: UUID | None
    """None: the reward of the stamp card."""


class HoldPayload(Answer):
    card_id: UUID
    hold_id: UUID


class VoidPayload(Answer):
    card_id: UUID
    transaction_id: UUID
    voids_id: UUID
    """The transaction that it takes back."""


class MergePayload(Answer):
    """Sent once for each of both cards."""

    card_id: UUID
    transaction_id: UUID
    other_card_id: UUID
    merge_id: UUID


class ExpiringPayload(Answer):
    card_id: UUID
    points: int
    expires_at: datetime


class CustomerPayload(Answer):
    customer_id: UUID


class PingPayload(Answer):
    endpoint_id: UUID
