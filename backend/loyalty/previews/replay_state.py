"""Where a card's past is played again: the state the replay has come to, changed by the ledger's own operations."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.loyalty.enrollment.operation import decide_enrolled
from backend.loyalty.ledger.booking.card import CardRow
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import Booking, TransactionRow
from backend.loyalty.ledger.booking.setup import Setup, StoreState
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.booking.target import Target
from backend.loyalty.previews.replayed import Memory

STAMPS_KEPT, HOLDS_KEPT = timedelta(days=5), timedelta(days=1)
"""As far back as the statement `card_state` reads them."""

Decide = Callable[[BookingDraft], object]


@dataclass(slots=True)
class ReplayState:
    """One card."""

    card_state: CardState
    memory: Memory
    """Shared by the cards that were merged."""
    rows: list[TransactionRow] = field(default_factory=list)
    """All that was booked, in order."""
    refusals: Counter[str] = field(default_factory=Counter)
    """By problem code: what the past contains and these terms do not give."""

    def book(
        self, setup: Setup, now: datetime, store_id: UUID | None, decide: Decide, target: Target | None = None
    ) -> list[TransactionRow]:
        """The lines booked, without expiry. A refusal is counted; what has expired is booked all the same."""
        draft = self.draft(setup, now, store_id, target)
        try:
            decide(draft)
        except Problem as refusal:
            self.refusals[refusal.code] += 1
        self.keep(draft.complete(None))
        return [row for row in draft.booking.transactions if row.kind != "expired"]

    def enroll(self, setup: Setup, now: datetime, store_id: UUID | None) -> None:
        draft = self.draft(setup, now, store_id)
        decide_enrolled(draft)
        self.keep(draft.complete(None))

    def draft(self, setup: Setup, now: datetime, store_id: UUID | None, target: Target | None = None) -> BookingDraft:
        self._set(setup, now, target)
        return BookingDraft(self.card_state, origin_at(self.card_state.card.merchant_id, now, store_id))

    def keep(self, booking: Booking) -> None:
        self.rows += booking.transactions
        self.memory.keep(booking)

    def _set(self, setup: Setup, now: datetime, target: Target | None = None) -> None:
        """The same card, seen with this setup. Made anew, because a state remembers its program and terms."""
        state = self.card_state
        state.lots[:] = [lot for lot in state.lots if lot.remaining]
        if state.stamped_at:
            state.stamped_at[:] = [at for at in state.stamped_at if at > now - STAMPS_KEPT]
        if state.holds:
            state.holds[:] = [hold for hold in state.holds if hold.reserved_at > now - HOLDS_KEPT]
        self.card_state = replace(state, setup=setup, targets=[target] if target else [])


def empty_replay_state(card: CardRow, setup: Setup, memory: Memory) -> ReplayState:
    """The card as it was when it was made."""
    home = setup.store
    new = replace(
        card,
        scope_store_id=None,
        state="active",
        points_balance=0,
        debt_points=0,
        stamp_count=0,
        carry_numerator=0,
        carry_denominator=1,
        last_seq=0,
        version=0,
        last_activity_at=card.enrolled_at,
        merged_into_id=None,
        last_digest=None,
        frozen_at=None,
    )
    state = CardState(
        card=new,
        enrolled_store=StoreState(home.id, home.code, home.name),
        customer=None,
        lots=[],
        stamped_at=[],
        redeemed_counts={},
        holds=[],
        held_rewards={},
        merges=[],
        setup=setup,
        limits=[],
        answer=None,
        past_terms=[],
        targets=[],
        target_stores=1,
        target_cards=[],
    )
    return ReplayState(state, memory)


def origin_at(merchant_id: UUID, now: datetime, store_id: UUID | None = None) -> Origin:
    return Origin.of_nobody(merchant_id, now, instance="preview", store_id=store_id)
