"""What is held for a tablet that may be offline soon."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.enums import Unit
from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView

AllowanceAmount = Annotated[int, Meta(ge=1, le=100_000, examples=[100])]


class AllowanceRequest(Body):
    """Holds points or stamps of a card for this tablet."""

    card_id: UUID
    """Id of the card."""
    grant_id: UUID
    """Id of a grant of the person at the tablet. Its `operations` must have `redeem`."""
    amount: AllowanceAmount
    """Points or stamps to hold, at most."""
    unit: Literal["points", "stamps"] = "points"
    """`points`: for rewards. `stamps`: for the full stamp card."""


class AllowanceView(Answer):
    """What is held for the tablet."""

    id: UUID
    """Id of the allowance, to be named with what is redeemed from it."""
    card_id: UUID
    """Id of the card."""
    unit: Unit
    """What is held."""
    amount: Annotated[int, Meta(examples=[100])]
    """How much is held. Less than was asked for where the card has less, or the merchant’s rules allow less."""
    expires_at: datetime
    """From then on nothing may be redeemed from it (UTC)."""
    card: CardView
    """The card with what is held."""
