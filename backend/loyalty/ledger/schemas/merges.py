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
    """Merges another card of the same person into the card in the address."""

    other_card_id: UUID
    """Id of the card that ends. What it has goes to the card in the address."""
    reason: Annotated[Reason, Meta(examples=["Enrolled twice"])]


class MergeReversal(Body):
    """Undoes a merge."""

    reason: Annotated[Reason, Meta(examples=["Two people of one name"])]


class MergeView(Answer):
    """The merge, and both cards after it."""

    merge_id: UUID
    """Id of the merge, for reversing it."""
    merged_at: datetime
    """When the cards were merged (UTC)."""
    reversible_until: datetime
    """Until then the merge can be reversed (UTC), 30 days after it."""
    reversed_at: datetime | None
    """When the merge was reversed (UTC). Null unless it was."""
    transactions: list[TransactionView]
    """What was moved on both cards. For points and for stamps the amounts add up to 0."""
    card: CardView
    """The card that was kept."""
    other_card: CardView
    """The card that was merged into it."""
