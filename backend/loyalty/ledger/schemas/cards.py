"""The card itself: its state, code and links."""

from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import Reason
from backend.staff_pins.schemas import Pin


class Standing(Body):
    """Puts a card out of use or back into use."""

    reason: Annotated[Reason, Meta(examples=["Reported stolen"])]


class StandingView(Answer):
    """The change as booked."""

    transaction: TransactionView
    """The new line of the history."""
    card: CardView
    """The card after the change."""


class Replacement(Body):
    """Gives a lost card a new code."""

    reason: Annotated[Reason, Meta(examples=["Lost"])]
    staff_pin: Pin | None = None


class ReplacementView(Answer):
    """The card after the replacement."""

    card: CardView
    """The card with its new code and new addresses."""


class Relinking(Body):
    """Ends the card's addresses and makes new ones. It has no members: the address names the card."""


class RelinkingView(Answer):
    """The card after the change."""

    card: CardView
    """The card with the new addresses of its page and its passes."""
