"""Points or stamps held for a reward."""

from typing import Literal
from uuid import UUID

from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView, HoldView
from backend.loyalty.ledger.schemas.fields import Notes, Override, Quantity
from backend.staff_pins.schemas import Pin, StaffId


class Reservation(Body):
    """Sets points or stamps aside for a reward, for ten minutes."""

    reward_id: UUID | None = None
    unit: Literal["points", "stamps"] = "points"
    quantity: Quantity = 1
    staff_id: StaffId = None
    staff_pin: Pin | None = None


class Confirmation(Body):
    quantity: Quantity | None = None
    """Fewer pieces than were set aside: the rest is released. All of them when left out."""
    staff_id: StaffId = None
    staff_pin: Pin | None = None
    override: Override | None = None
    notes: Notes | None = None


class Release(Body):
    pass


class ReservationView(Answer):
    hold: HoldView
    card: CardView
