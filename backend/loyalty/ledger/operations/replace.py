"""Replace a lost card: a new code at once, the old one refused from then on."""

from dataclasses import dataclass

from backend.loyalty.cards.code import new_code
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import CardReplaced
from backend.loyalty.ledger.schemas import Replacement, ReplacementView
from backend.loyalty.ledger.views import Show


@dataclass(slots=True)
class ReplaceCard:
    body: Replacement
    kind: str = "replaced"
    needs_pin: bool = True

    def check(self, state: CardState) -> None:
        checks.check_card(state)

    def decide(self, draft: BookingDraft) -> None:
        give_new_code(draft, self.body.reason)

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, ReplacementView]:
        return 201, ReplacementView(show.card(draft.state))


def give_new_code(draft: BookingDraft, reason: str) -> None:
    """A code that is or was another card's is refused by the writing, which decides again with the next."""
    code = new_code()
    while code == draft.card.code:
        code = new_code()
    draft.replace_code(code, reason)
    draft.record(CardReplaced(draft.card.id))
