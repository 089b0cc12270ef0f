"""Points or stamps held for a reward."""

from typing import Literal
from uuid import UUID

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView, HoldView
from backend.loyalty.ledger.schemas.fields import Notes, Override, Quantity
from backend.staff_pins.schemas import Pin


class Reservation(Body):
    """Holds points or stamps for a reward, for ten minutes."""

    reward_id: UUID | None = None
    """Id of the reward that is paid in points. Null for the full stamp card."""
    unit: Literal["points", "stamps"] = "points"
    """`points`: holds points for `reward_id`. `stamps`: holds stamps for the full stamp card."""
    quantity: Quantity = 1
    staff_pin: Pin | None = None


class Confirmation(Body):
    """Redeems what is held."""

    quantity: Quantity | None = None
    """Pieces handed over. Fewer than were held release the rest. Null: all of them."""
    staff_pin: Pin | None = None
    override: Override | None = None
    """Lifts the merchant's limits for this booking. Null: limits apply."""
    notes: Notes | None = None


class Release(Body):
    """Gives back what is held. It has no members: the address names the hold."""


class ReservationView(Answer):
    """The hold, and the card after the change."""

    hold: HoldView
    """The hold in its new state."""
    card: CardView
    """The card after the change."""
