"""End the links of a card and make new ones, when the old ones have come into other hands. The code stays."""

from dataclasses import dataclass

from backend.core.origin import Origin
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.loyalty.ledger.schemas.cards import RelinkingView
from backend.loyalty.ledger.views import Show


@dataclass(frozen=True, slots=True)
class RelinkCard(Operation):
    kind = "relinked"
    is_audited = True

    def check(self, state: CardState) -> None:
        """In every state of the card and of the program: the page opens in all of them."""
        checks.check_in_use(state)
        if state.customer is None:
            raise CardNotFound

    def needs_pin(self, state: CardState, origin: Origin) -> bool:  # noqa: ARG002 - it moves no points
        return False

    def decide(self, draft: BookingDraft) -> Decided:
        draft.end_links()
        return Decided()

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> RelinkingView:  # noqa: ARG002
        return RelinkingView(show.card(draft.state))
