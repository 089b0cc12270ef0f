"""Adjust points by hand, with a reason."""

from dataclasses import dataclass

from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import PointsAdjusted
from backend.loyalty.ledger.problems import BalanceBelowZero, UnitNotOffered
from backend.loyalty.ledger.schemas import Adjustment, AdjustmentView
from backend.loyalty.ledger.views import Show


@dataclass(slots=True)
class AdjustPoints:
    body: Adjustment
    kind: str = "adjusted"
    needs_pin: bool = True
    _row: TransactionRow | None = None

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.program.has_points:
            raise UnitNotOffered
        if self.body.points == 0:
            raise ValidationFailed(FieldError("/points", "zero", "More or fewer than none."))

    def decide(self, draft: BookingDraft) -> None:
        """What is set aside for a reward is not there to take."""
        points, balance = self.body.points, draft.available("points")
        if balance + points < 0:
            raise BalanceBelowZero(balance=balance)
        row = draft.transaction("adjusted", "points", points, reason=self.body.reason)
        if points > 0:
            draft.grant(row, points, rules.lot_life(draft.state.terms, draft.moment))
        else:
            draft.spend(row, draft.live("points"), -points)
        draft.touch()
        draft.close(row)
        draft.record(PointsAdjusted(row.card_id, row.id, points))
        self._row = row

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, AdjustmentView]:
        assert self._row is not None, "answered after it was decided"
        return 201, AdjustmentView(
            transaction=show.own_line(self._row, draft),
            card=show.card(draft.state),
        )
