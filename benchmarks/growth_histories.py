"""Card histories made by the real operations and rules on a card in memory. Thousands of cards share one history."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from backend.core.origin import Origin
from backend.loyalty.enrollment.operation import decide_enrolled
from backend.loyalty.ledger.booking.card import CardRow, LotState
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import AllocationRow, Booking, TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.booking.target import Target, TargetTransaction
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.redeem import RedeemReward
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.operations.void import VoidTransaction
from backend.loyalty.ledger.schemas.bookings import Adjustment, Earn, Redemption, Stamp
from backend.loyalty.ledger.schemas.returns import Void

BEGIN = datetime(2023, 11, 3, 9, tzinfo=UTC)
END = timedelta(days=10)
"""Before now: the audit expects events for younger transactions."""
LENGTHS = (2, 3, 4, 5, 5, 6, 6, 7, 8, 9, 10, 12, 15, 20, 38)
"""Numbers of transactions: ten on average; most cards have fewer, a few have many."""
VARIANTS = 4


@dataclass(slots=True)
class History:
    """The history of a card of one merchant. Ids are those of the card it was made on."""

    card: CardRow
    lines: list[TransactionRow] = field(default_factory=list)
    lots: dict[UUID, LotState] = field(default_factory=dict)
    """In their final state, ordered by creation."""
    allocations: list[AllocationRow] = field(default_factory=list)

    def add(self, booking: Booking) -> None:
        self.lines += booking.transactions
        self.lots |= {lot.id: lot for lot in booking.lots}
        self.allocations += booking.allocations


def histories(document: str, origin: Origin, seed: int) -> list[History]:
    """`document` is the state of a card without transactions."""
    dice = random.Random(seed)
    return [
        _HistoryBuilder(msgspec.json.decode(document, type=CardState), origin, dice).build(length)
        for length in LENGTHS * VARIANTS
    ]


class _HistoryBuilder:
    def __init__(self, state: CardState, origin: Origin, dice: random.Random) -> None:
        self.state, self.origin, self.dice = state, origin, dice
        self.history = History(state.card)

    def build(self, length: int) -> History:
        """Spreads visits over the period, with gaps that may let points expire."""
        gap = (self.origin.now - END - BEGIN) / (length + 1)
        self.at = BEGIN + gap * self.dice.random()
        # Later visits never precede this one.
        self.state.card.last_activity_at = self.at
        draft = BookingDraft(self.state, self._now())
        decide_enrolled(draft)
        self._book(draft)
        while len(self.history.lines) < length:
            self.at += gap * self.dice.uniform(0.2, 1.7)
            draft = BookingDraft(self.state, self._now())
            self._visit(draft)
            self._book(draft)
        return self.history

    def _now(self) -> Origin:
        at = min(self.at, self.origin.now - END).replace(microsecond=self.dice.randrange(1_000_000))
        return replace(self.origin, now=at)

    def _book(self, draft: BookingDraft) -> None:
        self.history.add(draft.complete(None))
        self.state.lots[:] = [lot for lot in self.state.lots if lot.remaining]

    def _visit(self, draft: BookingDraft) -> None:
        for reward in self.state.setup.rewards:
            if draft.lots.available("points") >= reward.points_required and self.dice.random() < 0.5:
                RedeemReward(Redemption(reward_id=reward.id)).decide(draft)
                return
        chance = self.dice.random()
        if draft.lots.available("stamps") >= self.state.terms.stamps_target:
            RedeemReward(Redemption(unit="stamps")).decide(draft)
        elif chance < 0.2:
            self.state.stamped_at.clear()
            AddStamp(Stamp()).decide(draft)
        elif chance < 0.25:
            body = Adjustment(points=self.dice.randint(1, 50), reason="Goodwill")
            AdjustPoints(body).decide(draft)
        elif chance < 0.32 and (sale := self._sale()):
            self._return(sale, draft)
        else:
            self._sell(draft)

    def _sell(self, draft: BookingDraft) -> None:
        categories = [category.id for category in self.state.setup.categories[:1]]
        cents = int(self.dice.lognormvariate(7.9, 0.7)) + 100
        EarnPoints(Earn(purchase_amount_cents=cents, category_ids=categories)).decide(draft)

    def _sale(self) -> TransactionRow | None:
        """The last sale, unless it was returned."""
        returned = {line.voids_id for line in self.history.lines}
        sales = [line for line in self.history.lines if line.kind == "earned" and line.unit == "points"]
        return sales[-1] if sales and sales[-1].id not in returned else None

    def _return(self, sale: TransactionRow, draft: BookingDraft) -> None:
        assert sale.purchase_amount_cents is not None, "a sale was paid"
        self.state.targets[:] = [self._target(sale)]
        part = Void(amount_cents=self.dice.randint(1, sale.purchase_amount_cents))
        VoidTransaction(part).decide(draft)
        self.state.targets.clear()

    def _target(self, sale: TransactionRow) -> Target:
        granted = next((lot for lot in self.history.lots.values() if lot.transaction_id == sale.id), None)
        expired = {line.id for line in self.history.lines if line.kind == "expired"}
        gone = [part for part in self.history.allocations if part.transaction_id in expired]
        rate = self.state.terms.points_per_euro
        return Target(
            transaction=msgspec.convert(msgspec.to_builtins(sale), TargetTransaction),
            void_count=0,
            returned_cents=0,
            returned_quantity=0,
            reversed_points=0,
            given_back=0,
            reward=None,
            reward_stock=None,
            store=None,
            returned=None,
            points_numerator=rate.numerator,
            points_denominator=rate.denominator,
            granted_ids=[granted.id] if granted else [],
            granted_expired=sum(part.amount for part in gone if granted and part.lot_id == granted.id),
            taken=[],
        )
