"""Move lots and debt from one card to another of the same person."""

from collections.abc import Callable

from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import LotState

Lines = tuple[TransactionRow, TransactionRow]
Lots = Callable[[str], list[LotState]]
"""Those of a unit, in the order in which they are spent."""
Moved = list[tuple[LotState, int]]
"""Lots of the other card, with how much of each."""
Place = Callable[[BookingDraft, TransactionRow, Moved], None]
"""Puts onto this card what was moved."""


def transfer_all(
    source: BookingDraft, target: BookingDraft, lots: Lots, *, debt: int, place: Place, reason: str
) -> Lines:
    """Points, even if there are none: both histories say what happened to the card. Stamps, if there are any."""
    lines = _transfer(source, target, "points", lots("points"), debt=debt, place=place, reason=reason)
    if stamps := lots("stamps"):
        _transfer(source, target, "stamps", stamps, debt=0, place=place, reason=reason)
    return lines


def _transfer(
    source: BookingDraft, target: BookingDraft, unit: str, lots: list[LotState], *, debt: int, place: Place, reason: str
) -> Lines:
    """The two lines add up to nothing. What is owed on either card is paid from what is there, as always.

    A card that owes has nothing left to spend, so there are either lots to move or debt.
    """
    moved = [(lot, lot.remaining) for lot in lots]
    total = sum(amount for _, amount in moved) - debt
    given = source.transaction("transferred", unit, -total, reason=reason)
    source.spend(given, lots, total + debt)
    source.card.debt_points -= debt
    source.close(given)
    taken = target.transaction("transferred", unit, total, reason=reason)
    place(target, taken, moved)
    _owe(target, taken, debt)
    target.close(taken)
    return given, taken


def _owe(draft: BookingDraft, row: TransactionRow, debt: int) -> None:
    lots = draft.live("points")
    paid = min(debt, rules.left_in(lots))
    draft.spend(row, lots, paid)
    draft.card.debt_points += debt - paid
