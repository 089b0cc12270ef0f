"""Earn points for a sale."""

from dataclasses import dataclass
from datetime import timedelta

from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.decided import UNCHANGED, Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import PointsEarned
from backend.loyalty.ledger.operations.basket import sale_of
from backend.loyalty.ledger.problems.bookings import OrderReferenceRequired, UnitNotOffered
from backend.loyalty.ledger.rules.accrual import accrue
from backend.loyalty.ledger.rules.expiry import lot_life
from backend.loyalty.ledger.rules.undo import undo_until
from backend.loyalty.ledger.schemas.bookings import Earn, EarnView
from backend.loyalty.ledger.views import Show


@dataclass(frozen=True, slots=True)
class EarnPoints(Operation):
    kind = "earned"
    body: Earn
    oldest: timedelta = checks.OFFLINE_MAX
    """How long ago it may have happened."""

    def check(self, state: CardState) -> None:
        sale = sale_of(self.body)
        checks.check_card(state)
        if not state.program.has_points:
            raise UnitNotOffered
        if state.setup.policy.require_order_reference and not self.body.order_reference:
            raise OrderReferenceRequired
        checks.check_categories(state, sale.category_ids, required=True)

    def decide(self, draft: BookingDraft) -> Decided:
        """Below the minimum purchase nothing is booked."""
        draft.occurred_at = checks.check_occurred_at(self.body.occurred_at, draft.now, self.oldest)
        terms, body, sale = draft.state.terms_at(draft.occurred_at), self.body, sale_of(self.body)
        if sale.cents < terms.minimum_purchase_cents:
            return Decided(status=UNCHANGED)
        accrual = accrue(sale.cents, terms.points_per_euro, draft.card.carry)
        draft.card.carry = accrual.carry
        line = draft.open_line("points")
        if accrual.points:
            draft.lots.grant(line, accrual.points, lot_life(terms, draft.moment_occurred))
        draft.touch()
        row = draft.close_order_line(
            line,
            "earned",
            accrual.points,
            order_reference=body.order_reference,
            purchase_amount_cents=sale.cents,
            notes=body.notes,
            terms_version=terms.version,
        )
        draft.categorize(row, sale.category_ids)
        draft.record(PointsEarned(row.card_id, row.id, accrual.points))
        # The points of a sale that is booked late may have expired by now.
        draft.book_expired()
        return Decided((row,))

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> EarnView:
        row = decided.rows[0] if decided.rows else None
        return EarnView(
            transaction=show.line(row, draft) if row else None,
            card=show.card(draft.state),
            points_earned=row.amount if row else 0,
            undo_until=undo_until(row.kind, row.recorded_at) if row else None,
        )
