"""Add a stamp."""

from dataclasses import dataclass
from datetime import timedelta

from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.setup import TermsState
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import RewardReady, StampAdded
from backend.loyalty.ledger.problems.bookings import DailyStampLimit, StampCooldown, UnitNotOffered
from backend.loyalty.ledger.rules.expiry import LotLife
from backend.loyalty.ledger.rules.stamps import next_stamp_at, stamps_left_today
from backend.loyalty.ledger.rules.undo import UNDO_WINDOW
from backend.loyalty.ledger.schemas.bookings import Stamp, StampView
from backend.loyalty.ledger.views import Show

NEVER = LotLife(None, None)


@dataclass(frozen=True, slots=True)
class AddStamp(Operation):
    kind = "earned"
    body: Stamp
    oldest: timedelta = checks.OFFLINE_MAX
    """How long ago it may have happened."""
    is_forced: bool = False
    """A person has decided that it stands regardless of cooldown and daily limit."""

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.program.has_stamps:
            raise UnitNotOffered
        checks.check_categories(state, self.body.category_ids, required=False)

    def decide(self, draft: BookingDraft) -> Decided:
        draft.occurred_at = checks.check_occurred_at(self.body.occurred_at, draft.now, self.oldest)
        terms = draft.state.terms_at(draft.occurred_at)
        if not self.is_forced:
            _refuse_too_many(draft, terms)
        line = draft.open_line("stamps")
        draft.lots.grant(line, 1, NEVER)
        draft.state.stamped_at.append(draft.occurred_at)
        draft.state.stamped_at.sort(reverse=True)
        draft.touch()
        row = draft.close_line(line, "earned", 1, notes=self.body.notes, terms_version=terms.version)
        draft.categorize(row, self.body.category_ids)
        draft.record(StampAdded(row.card_id, row.id, row.stamps_after))
        if row.stamps_after % draft.state.terms.stamps_target == 0:
            draft.record(RewardReady(row.card_id, row.id))
        return Decided((row,))

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> StampView:
        row, card = decided.rows[0], show.card(draft.state)
        return StampView(
            transaction=show.line(row, draft),
            card=card,
            reward_ready=card.reward_ready,
            undo_until=row.recorded_at + UNDO_WINDOW,
        )


def _refuse_too_many(draft: BookingDraft, terms: TermsState) -> None:
    """Judged by when it happened. Raises DailyStampLimit or StampCooldown."""
    stamped_at, zone, at = draft.state.stamped_at, draft.state.setup.store.zone, draft.occurred_at
    retry_at = next_stamp_at(stamped_at, terms, at, zone)
    if stamps_left_today(stamped_at, terms, at, zone) == 0:
        assert retry_at is not None, "a spent day ends"
        raise DailyStampLimit(limit=terms.max_daily_stamps, retry_at=retry_at.astimezone(zone))
    if retry_at is not None:
        raise StampCooldown(retry_at=retry_at.astimezone(zone))
