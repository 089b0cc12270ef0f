"""New links for a card whose old ones have come into other hands: the code stays, everything else is made anew."""

from dataclasses import dataclass

from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.problems import CardNotFound
from backend.loyalty.ledger.schemas import RelinkingView
from backend.loyalty.ledger.views import Show


@dataclass(slots=True)
class RelinkCard:
    kind: str = "relinked"
    needs_pin: bool = False

    def check(self, state: CardState) -> None:
        """Whatever its state, and whatever the program's: the page opens in all of them."""
        checks.check_in_use(state)
        if state.customer is None:
            raise CardNotFound

    def decide(self, draft: BookingDraft) -> None:
        draft.end_links()

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, RelinkingView]:
        return 201, RelinkingView(show.card(draft.state))
