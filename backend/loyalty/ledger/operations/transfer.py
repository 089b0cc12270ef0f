"""Move lots and debt from one card to another of the same person."""

from collections.abc import Callable

from backend.loyalty.ledger.booking.card import LotState
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.lots import OpenLine
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.rules.lots import left_in

TransferRows = tuple[TransactionRow, TransactionRow]
"""Of the source and of the target."""
SelectLots = Callable[[str], list[LotState]]
"""The lots of a unit to move, in the order in which they are spent."""
MovedLots = list[tuple[LotState, int]]
"""Lots of the source, with how much of each."""
PlaceLots = Callable[[BookingDraft, OpenLine, MovedLots], None]
"""Adds the moved lots to the target."""


def transfer_all(
    source: BookingDraft, target: BookingDraft, select: SelectLots, *, debt: int, place: PlaceLots, reason: str
) -> TransferRows:
    """Points, even if there are none: both histories show what happened to the card. Stamps, if there are any."""
    rows = _transfer(source, target, "points", select("points"), debt=debt, place=place, reason=reason)
    if stamps := select("stamps"):
        _transfer(source, target, "stamps", stamps, debt=0, place=place, reason=reason)
    return rows


def _transfer(
    source: BookingDraft,
    target: BookingDraft,
    unit: str,
    lots: list[LotState],
    *,
    debt: int,
    place: PlaceLots,
    reason: str,
) -> TransferRows:
    """The two lines add up to nothing. Debt on either card is paid from what is there, as always.

    A card that owes has nothing left to spend, so there are either lots to move or debt.
    """
    moved = [(lot, lot.remaining) for lot in lots]
    total = sum(amount for _, amount in moved) - debt
    line = source.open_line(unit)
    source.lots.spend(line, lots, total + debt)
    source.card.debt_points -= debt
    source_row = source.close_line(line, "transferred", -total, reason=reason)
    line = target.open_line(unit)
    place(target, line, moved)
    _owe(target, line, debt)
    return source_row, target.close_line(line, "transferred", total, reason=reason)


def _owe(draft: BookingDraft, line: OpenLine, debt: int) -> None:
    lots = draft.lots.live("points")
    paid = min(debt, left_in(lots))
    draft.lots.spend(line, lots, paid)
    draft.card.debt_points += debt - paid
