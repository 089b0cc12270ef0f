"""Earn points for a sale."""

from dataclasses import dataclass

from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import PointsEarned
from backend.loyalty.ledger.problems import OrderReferenceRequired, UnitNotOffered
from backend.loyalty.ledger.schemas import Earn, EarnView
from backend.loyalty.ledger.views import Show


@dataclass(slots=True)
class EarnPoints:
    body: Earn
    kind: str = "earned"
    needs_pin: bool = True
    _row: TransactionRow | None = None
    _points: int = 0

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.program.has_points:
            raise UnitNotOffered
        if state.setup.policy.require_order_reference and not self.body.order_reference:
            raise OrderReferenceRequired
        checks.check_categories(state, self.body.category_ids, required=True)

    def decide(self, draft: BookingDraft) -> None:
        """Below the minimum purchase nothing is booked."""
        draft.happened_at = checks.check_occurred_at(self.body.occurred_at, draft.now)
        terms, body = draft.state.terms_at(draft.happened_at), self.body
        if body.purchase_amount_cents < terms.minimum_purchase_cents:
            self._row, self._points = None, 0
            return
        accrual = rules.accrue(body.purchase_amount_cents, terms.points_per_euro, draft.card.carry)
        draft.card.carry = accrual.carry
        row = draft.transaction(
            "earned",
            "points",
            accrual.points,
            purchase_amount_cents=body.purchase_amount_cents,
            notes=body.notes,
            terms_version=terms.version,
        )
        draft.refer(row, body.order_reference)
        draft.categorize(row, body.category_ids)
        if accrual.points:
            draft.grant(row, accrual.points, rules.lot_life(terms, draft.moment_of_happening))
        draft.touch()
        draft.close(row)
        draft.record(PointsEarned(row.card_id, row.id, accrual.points))
        # Of a sale that is booked late the points may be over by now.
        draft.book_expired()
        self._row, self._points = row, accrual.points

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, EarnView]:
        row = self._row
        view = show.transaction(row, draft.state, user=draft.origin.user_name, reward=None) if row else None
        return (201 if row else 200), EarnView(
            transaction=view,
            card=show.card(draft.state),
            points_earned=self._points,
            undo_until=rules.undo_until(row.kind, row.recorded_at) if row else None,
        )
