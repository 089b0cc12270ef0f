"""What a movement of a lot means, and which lots the holds take from."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from uuid import UUID

from backend.loyalty.ledger.booking.card import LotState
from backend.loyalty.ledger.rules.accrual import CENTS_PER_EURO
from backend.loyalty.ledger.rules.lots import take

MEANINGS = {
    ("voided", True): "returned",
    ("voided", False): "came_back",
    ("transferred", False): "moved_back",
    ("reinstated", True): "taken_again",
}


def meaning_of(kind: str, *, taken: bool, by_grant: bool) -> str:
    """Of a movement by a transaction of this kind; most kinds mean what they are called."""
    if by_grant:
        return "paid_debt"
    return MEANINGS.get((kind, taken), kind)


def held_in(live: Sequence[LotState], held: int) -> dict[UUID, int]:
    """Holds take from the lots that would be spent first. Some of what is held may have expired since."""
    there = min(held, sum(lot.remaining for lot in live))
    return {part.lot_id: part.amount for part in take(live, there)}


def cents_to_next_point(carry: Fraction, points_per_euro: Fraction) -> int:
    return max(1, ceil((1 - carry) / points_per_euro * CENTS_PER_EURO))
