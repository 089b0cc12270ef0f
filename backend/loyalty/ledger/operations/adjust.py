"""Adjust points by hand, with a reason."""

from dataclasses import dataclass

from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import PointsAdjusted
from backend.loyalty.ledger.problems.bookings import BalanceBelowZero, UnitNotOffered
from backend.loyalty.ledger.rules.expiry import lot_life
from backend.loyalty.ledger.schemas.bookings import Adjustment, AdjustmentView, ManualAdjustment
from backend.loyalty.ledger.views import Show
from i18n.translator import N_


@dataclass(frozen=True, slots=True)
class AdjustPoints(Operation):
    kind = "adjusted"
    is_audited = True
    body: Adjustment | ManualAdjustment

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.program.has_points:
            raise UnitNotOffered
        if self.body.points == 0:
            raise ValidationFailed(FieldError("/points", "zero", N_("Enter a number other than 0.")))

    def decide(self, draft: BookingDraft) -> Decided:
        """Points that are held for a reward cannot be deducted."""
        points, balance = self.body.points, draft.lots.available("points")
        if balance + points < 0:
            raise BalanceBelowZero(balance=balance)
        line = draft.open_line("points")
        if points > 0:
            draft.lots.grant(line, points, lot_life(draft.state.terms, draft.moment))
        else:
            draft.lots.spend(line, draft.lots.live("points"), -points)
        draft.touch()
        row = draft.close_line(line, "adjusted", points, reason=self.body.reason)
        draft.record(PointsAdjusted(row.card_id, row.id, points))
        return Decided((row,))

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> AdjustmentView:
        return AdjustmentView(transaction=show.line(decided.rows[0], draft), card=show.card(draft.state))
