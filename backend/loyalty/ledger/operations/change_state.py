"""Whether a card is in use: deactivate it, reactivate it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.loyalty.cards.code import show as show_code
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState, GoesOnAs
from backend.loyalty.ledger.events import CardBooking, CardDeactivated, CardReactivated
from backend.loyalty.ledger.problems.cards import (
    CardActive,
    CardInactive,
    CardMergedAway,
    CardMergedLately,
    CardNotFound,
)
from backend.loyalty.ledger.schemas.cards import Standing, StandingView
from backend.loyalty.ledger.views import Show


@dataclass(frozen=True, slots=True)
class DeactivateCard(Operation):
    """Nothing can be booked on the card until it is reactivated. Its points stay, and expire as they would."""

    kind = "deactivated"
    is_audited = True
    body: Standing

    def check(self, state: CardState) -> None:
        _check_whole(state)
        if state.card.state != "active":
            raise CardInactive(state=state.card.state)

    def decide(self, draft: BookingDraft) -> Decided:
        draft.card.state = "deactivated"
        return _decide(draft, self.kind, self.body.reason, CardDeactivated)

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> StandingView:
        return StandingView(show.line(decided.rows[0], draft), show.card(draft.state))


@dataclass(frozen=True, slots=True)
class ReactivateCard(Operation):
    kind = "reactivated"
    is_audited = True
    body: Standing

    def check(self, state: CardState) -> None:
        _check_whole(state)
        if state.card.state == "active":
            raise CardActive

    def decide(self, draft: BookingDraft) -> Decided:
        draft.card.state = "active"
        return _decide(draft, self.kind, self.body.reason, CardReactivated)

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> StandingView:
        return StandingView(show.line(decided.rows[0], draft), show.card(draft.state))


def _check_whole(state: CardState) -> None:
    """Raises CardNotFound for an erased card, CardMergedAway for one that was merged into another."""
    checks.check_place(state)
    if state.customer is None:
        raise CardNotFound
    if state.goes_on_as is not None:
        _refuse_merged(state.goes_on_as, state.setup.store.zone)


def _refuse_merged(other: GoesOnAs, zone: ZoneInfo) -> NoReturn:
    if other.reversible_until is None:
        raise CardMergedAway(merged_into=show_code(other.code))
    raise CardMergedLately(merged_into=show_code(other.code), until=other.reversible_until.astimezone(zone).date())


def _decide(draft: BookingDraft, kind: str, reason: str, event: Callable[[UUID, UUID], CardBooking]) -> Decided:
    row = draft.close_line(draft.open_line("points"), kind, 0, reason=reason)
    draft.record(event(row.card_id, row.id))
    return Decided((row,))
