"""What many cards come to, store by store."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from uuid import UUID

from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.previews.card_replay import CardReplay
from backend.loyalty.previews.schemas import Figures

ISSUED = {"earned", "welcome_bonus", "restored"}


@dataclass(frozen=True, slots=True)
class Values:
    """What points and stamps are worth, in cents."""

    point: Fraction
    stamp: Fraction


@dataclass(slots=True)
class PreviewTotals:
    values: Values
    _stores: defaultdict[UUID, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, card: CardReplay) -> None:
        """After what has expired was booked. Balances, and expiry, stand with the card's own store."""
        own = card.replay.card_state.card
        for row in card.replay.rows:
            count = _count_points if row.unit == "points" else _count_stamps
            count(self._stores[row.store_id or own.store_id], row)
        counts = self._stores[own.store_id]
        counts["points_outstanding"] += own.points_balance
        counts["points_owed"] += own.debt_points
        counts["stamps_open"] += own.stamp_count

    def of(self, store_id: UUID) -> Figures:
        return self._figures(self._stores[store_id])

    @property
    def total(self) -> Figures:
        total = Counter[str]()
        for counts in self._stores.values():
            # Adding counters would drop what is negative: a return undone at another store than it was made at.
            total.update(counts)
        return self._figures(total)

    def _figures(self, counts: Counter[str]) -> Figures:
        names = [name for name in Figures.__struct_fields__ if name != "liability_cents"]
        worth = counts["points_outstanding"] * self.values.point + counts["stamps_open"] * self.values.stamp
        return Figures(**{name: counts[name] for name in names}, liability_cents=floor(worth))


def _count_points(counts: Counter[str], row: TransactionRow) -> None:
    if row.kind == "redeemed" or (row.kind == "reinstated" and row.amount < 0):
        counts["points_redeemed"] -= row.amount
        counts["rewards_handed_over"] += row.quantity or 0
    elif row.kind == "voided" and row.amount > 0:
        counts["points_redeemed"] -= row.amount
        counts["rewards_handed_over"] -= row.quantity or 0
    elif row.kind == "expired":
        counts["points_expired"] -= row.amount
    elif row.kind in ISSUED or (row.kind == "adjusted" and row.amount > 0):
        counts["points_issued"] += row.amount
    elif row.kind in {"voided", "reinstated", "adjusted"}:
        counts["points_taken_back"] -= row.amount


def _count_stamps(counts: Counter[str], row: TransactionRow) -> None:
    if row.kind == "redeemed" or (row.kind == "reinstated" and row.amount < 0):
        counts["rewards_handed_over"] += row.quantity or 0
    elif row.kind == "voided" and row.amount > 0:
        counts["rewards_handed_over"] -= row.quantity or 0
    elif row.kind in {"earned", "voided", "reinstated"}:
        counts["stamps_given"] += row.amount
