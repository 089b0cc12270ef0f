"""Which lots are spent, and which get back what they paid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.loyalty.ledger.booking.card import CardMoment, LotState
from backend.loyalty.ledger.rules.expiry import expiry_of

FAR_AWAY = datetime.max.replace(tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Take:
    lot_id: UUID
    amount: int


def live_lots(lots: Iterable[LotState], unit: str, moment: CardMoment) -> list[LotState]:
    """What can be spent, soonest expiry first, then oldest: fewer points are lost than by age alone."""
    dated = [
        (expiry_of(lot, moment) or FAR_AWAY, lot.id, lot) for lot in lots if lot.unit == unit and lot.remaining > 0
    ]
    return [lot for expires_at, _, lot in sorted(dated, key=lambda entry: entry[:2]) if expires_at > moment.now]


def expired_lots(lots: Iterable[LotState], moment: CardMoment) -> list[LotState]:
    """What has expired and is not booked as such yet."""
    return [lot for lot in lots if lot.remaining > 0 and (expiry_of(lot, moment) or FAR_AWAY) <= moment.now]


def left_in(lots: Iterable[LotState]) -> int:
    return sum(lot.remaining for lot in lots)


def next_expiry(live: Sequence[LotState], moment: CardMoment) -> tuple[datetime, int] | None:
    """When live lots expire next, and how much; None: never."""
    soonest = expiry_of(live[0], moment) if live else None
    return (soonest, left_in(lot for lot in live if expiry_of(lot, moment) == soonest)) if soonest else None


def take(lots: Sequence[LotState], amount: int) -> list[Take]:
    """Spends lots in the order given. The caller has made sure that they suffice."""
    takes: list[Take] = []
    for lot in lots:
        part = min(lot.remaining, amount)
        if part:
            takes.append(Take(lot.id, part))
            amount -= part
    assert amount == 0, "lots were to suffice"
    return takes


def take_back_order(lots: Sequence[LotState], own_lot_ids: set[UUID]) -> list[LotState]:
    """For a return: the sale's own lots, and what this very booking made of them, then the others as they are spent."""
    return sorted(lots, key=lambda lot: own_lot_ids.isdisjoint((lot.id, lot.from_lot_id)))


def give_back(paid: Sequence[tuple[UUID, int]], skipped: int, amount: int) -> list[Take]:
    """Which lots get back what they paid, newest first; `skipped` is what earlier returns gave back already."""
    parts: list[Take] = []
    for lot_id, lot_paid in sorted(paid, reverse=True):
        passed = min(lot_paid, skipped)
        part = min(lot_paid - passed, amount)
        skipped, amount = skipped - passed, amount - part
        if part:
            parts.append(Take(lot_id, part))
    assert amount == 0, "no more than was paid comes back"
    return parts
