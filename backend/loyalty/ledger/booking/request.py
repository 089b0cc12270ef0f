"""What a caller asks to book, complete from the route inward."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from uuid import UUID

from backend.core.idempotency import Key
from backend.core.origin import Origin
from backend.loyalty.ledger.schemas.fields import Override


@runtime_checkable
class PinBody(Protocol):
    """A request body in which staff enter their PIN."""

    staff_id: UUID | None
    staff_pin: str | None


@runtime_checkable
class OverrideBody(Protocol):
    """A request body in which somebody may override the limits."""

    override: Override | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Of an operation that a tablet did offline."""

    staff_pin_id: UUID | None
    """The PIN whose grant it was done under."""
    lifts_limits: bool = False
    """The person of the request decides that it stands regardless of limits."""


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """Who asks, on which card, and with which PINs. What is asked is the operation it is booked with.

    The card is named by its id, by one of its transactions, or by the reference of an order.
    """

    origin: Origin
    key: Key
    card_id: UUID | None = None
    other_card_id: UUID | None = None
    """The card that is, or was, merged into the first."""
    transaction_id: UUID | None = None
    order_reference: str | None = None
    staff_id: UUID | None = None
    """Whom a device names."""
    staff_pin: str | None = None
    permission: str | None = None
    """What the operation asks for; a person whom a device names must have it too."""
    override: Override | None = None
    is_part_of_bulk: bool = False
    """One audit entry tells of the whole."""
    proof: Proof | None = None
    """Set where no PIN is asked for. A refusal is not kept for the key: a person may decide otherwise."""

    @property
    def is_audited(self) -> bool:
        """Somebody asks for this booking alone."""
        return not self.is_part_of_bulk and (self.origin.user_name or self.origin.on_behalf_name) is not None
