"""The card itself: its state, code and links."""

from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import Reason
from backend.staff_pins.schemas import Pin, StaffId


class Standing(Body):
    reason: Annotated[Reason, Meta(examples=["Reported stolen"])]


class StandingView(Answer):
    transaction: TransactionView
    card: CardView


class Replacement(Body):
    reason: Annotated[Reason, Meta(examples=["Lost"])]
    staff_id: StaffId = None
    staff_pin: Pin | None = None


class ReplacementView(Answer):
    card: CardView
    """With its new code."""


class Relinking(Body):
    """Nothing to say but which card, which is in the address."""


class RelinkingView(Answer):
    card: CardView
    """With its new page and the new addresses of its passes."""
