"""Replace a lost card: a new code at once, the old one refused from then on."""

from dataclasses import dataclass

from backend.loyalty.cards.code import new_code
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import CardReplaced
from backend.loyalty.ledger.schemas.cards import Replacement, ReplacementView
from backend.loyalty.ledger.views import Show


@dataclass(frozen=True, slots=True)
class ReplaceCard(Operation):
    kind = "replaced"
    is_audited = True
    body: Replacement

    def check(self, state: CardState) -> None:
        checks.check_card(state)

    def decide(self, draft: BookingDraft) -> Decided:
        give_new_code(draft, self.body.reason)
        return Decided()

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> ReplacementView:  # noqa: ARG002
        return ReplacementView(show.card(draft.state))


def give_new_code(draft: BookingDraft, reason: str) -> None:
    """The write refuses a code that is or was another card's; the next try draws another."""
    code = new_code()
    while code == draft.card.code:
        code = new_code()
    draft.replace_code(code, reason)
    draft.record(CardReplaced(draft.card.id))
