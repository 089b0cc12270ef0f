"""What an operation has decided."""

from dataclasses import dataclass

from backend.loyalty.ledger.booking.card import HoldState
from backend.loyalty.ledger.booking.rows import TransactionRow

CREATED, UNCHANGED = 201, 200


@dataclass(frozen=True, slots=True)
class Decided:
    """The facts of an operation's answer; what is written stands in the draft's booking."""

    rows: tuple[TransactionRow, ...] = ()
    """The lines of history the operation adds. Expiry booked with it is not among them."""
    hold: HoldState | None = None
    status: int = CREATED
