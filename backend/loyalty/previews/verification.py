"""Whether a replay as it was has come to what the ledger holds, to the point."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from backend.loyalty.ledger.booking.card import LotState
from backend.loyalty.previews.card_replay import CardReplay

COMPARED = (
    "state",
    "points_balance",
    "debt_points",
    "stamp_count",
    "carry",
    "last_seq",
    "last_activity_at",
    "merged_into_id",
)


def differences(replayed: CardReplay) -> list[str]:
    """Empty when every balance, every lot and every line agrees. Ask before anything later is booked on the replay."""
    stored, card, rows = replayed.history, replayed.replay.card_state.card, replayed.replay.rows
    differing = [
        f"{name} is {getattr(stored.card, name)}, replayed {getattr(card, name)}"
        for name in COMPARED
        if getattr(stored.card, name) != getattr(card, name)
    ]
    lines = [(line.kind, line.unit, line.amount) for line in stored.lines]
    if lines != (replayed_lines := [(row.kind, row.unit, row.amount) for row in rows]):
        differing.append(f"lines are {lines}, replayed {replayed_lines}")
    stored_lots = _lots(stored.lots, {line.id: line.seq for line in stored.lines})
    if stored_lots != (replayed_lots := _lots(replayed.replay.card_state.lots, {row.id: row.seq for row in rows})):
        differing.append(f"lots are {stored_lots}, replayed {replayed_lots}")
    return differing + [f"{code} refused {times} times" for code, times in replayed.replay.refusals.items()]


def _lots(lots: Iterable[LotState], seqs: dict[UUID, int]) -> list[tuple[Any, ...]]:
    """By the place in the card's history of the line that granted them."""
    return sorted(
        (
            seqs[lot.transaction_id],
            lot.unit,
            lot.original,
            lot.remaining,
            str(lot.expires_at),
            str(lot.idle_days),
            lot.has_grace,
        )
        for lot in lots
        if lot.remaining
    )
