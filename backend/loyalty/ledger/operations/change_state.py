"""Whether a card is in use: deactivate it, reactivate it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.loyalty.cards.code import show
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState, GoesOnAs
from backend.loyalty.ledger.events import CardBooking, CardDeactivated, CardReactivated
from backend.loyalty.ledger.problems import CardActive, CardInactive, CardMergedAway, CardMergedLately, CardNotFound
from backend.loyalty.ledger.schemas import Standing, StandingView
from backend.loyalty.ledger.views import Show


@dataclass(slots=True)
class DeactivateCard:
    """Nothing can be booked on it until it is reactivated; what it holds stays, and expires as it would."""

    body: Standing
    kind: str = "deactivated"
    needs_pin: bool = False
    _row: TransactionRow | None = None

    def check(self, state: CardState) -> None:
        _check_whole(state)
        if state.card.state != "active":
            raise CardInactive(state=state.card.state)

    def decide(self, draft: BookingDraft) -> None:
        draft.card.state = "deactivated"
        self._row = _book(draft, self.kind, self.body.reason, CardDeactivated)

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, StandingView]:
        assert self._row is not None, "answered after it was decided"
        return 201, StandingView(show.own_line(self._row, draft), show.card(draft.state))


@dataclass(slots=True)
class ReactivateCard:
    body: Standing
    kind: str = "reactivated"
    needs_pin: bool = False
    _row: TransactionRow | None = None

    def check(self, state: CardState) -> None:
        _check_whole(state)
        if state.card.state == "active":
            raise CardActive

    def decide(self, draft: BookingDraft) -> None:
        draft.card.state = "active"
        self._row = _book(draft, self.kind, self.body.reason, CardReactivated)

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, StandingView]:
        assert self._row is not None, "answered after it was decided"
        return 201, StandingView(show.own_line(self._row, draft), show.card(draft.state))


def _check_whole(state: CardState) -> None:
    """Raises CardNotFound for an erased card, CardMergedAway for one that another goes on for."""
    checks.check_place(state)
    if state.customer is None:
        raise CardNotFound
    if state.goes_on_as is not None:
        _refuse_merged(state.goes_on_as, state.setup.store.zone)


def _refuse_merged(other: GoesOnAs, zone: ZoneInfo) -> NoReturn:
    if other.reversible_until is None:
        raise CardMergedAway(merged_into=show(other.code))
    raise CardMergedLately(merged_into=show(other.code), until=other.reversible_until.astimezone(zone).date())


def _book(draft: BookingDraft, kind: str, reason: str, event: Callable[[UUID, UUID], CardBooking]) -> TransactionRow:
    row = draft.transaction(kind, "points", 0, reason=reason)
    draft.close(row)
    draft.record(event(row.card_id, row.id))
    return row
