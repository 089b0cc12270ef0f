"""Merging two cards, and undoing that."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import Reason


class Merge(Body):
    other_card_id: UUID
    """The card that ends; what it holds goes to the card in the address."""
    reason: Annotated[Reason, Meta(examples=["Enrolled twice"])]


class MergeReversal(Body):
    reason: Annotated[Reason, Meta(examples=["Two people of one name"])]


class MergeView(Answer):
    merge_id: UUID
    merged_at: datetime
    reversible_until: datetime
    reversed_at: datetime | None
    transactions: list[TransactionView]
    """What was moved, on both cards; for points and for stamps they add up to nothing."""
    card: CardView
    """The card that was kept."""
    other_card: CardView
    """The card that was merged into it."""
