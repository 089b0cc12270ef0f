"""Hand over a reward that is on hold, or release it."""

from dataclasses import dataclass
from uuid import UUID

from backend.loyalty.ledger.schemas.bookings import RedemptionView
from backend.loyalty.ledger.schemas.holds import Confirmation
from backend.loyalty.till.schemas import TillView
from frontend.api.ledger import confirm_hold, release_hold
from frontend.till.card.command import Command
from frontend.till.card.commands.redeem import HandOverCommand
from frontend.till.returns.forms import pieces_of
from frontend.till.toasts import Done


@dataclass(frozen=True, slots=True)
class ConfirmHoldCommand(HandOverCommand):
    """All pieces of the hold, or fewer."""

    hold_id: UUID

    async def redeem(self) -> RedemptionView:
        body = await self.body(Confirmation, quantity=pieces_of(self.request, self.form, self.quantity_field))
        return await confirm_hold(self.caller, self.card_id, self.hold_id, body, key=self.key)

    def describe(self, view: TillView) -> str:
        holds = view.card.holds if view.card else []
        hold = next((hold for hold in holds if hold.id == self.hold_id), None)
        if hold is None:
            return ""
        entered = self.form.text(self.quantity_field)
        return self.messages.pieces(hold.reward, int(entered) if entered.isdecimal() else hold.quantity)

    @property
    def quantity_field(self) -> str:
        return f"quantity.{self.hold_id}"


@dataclass(frozen=True, slots=True)
class ReleaseHoldCommand(Command):
    hold_id: UUID

    async def book(self) -> Done:
        answer = await release_hold(self.caller, self.card_id, self.hold_id, key=self.key)
        messages, hold = self.messages, answer.hold
        sentence = messages.translator.ngettext(
            "%(name)s: %(amount)s available again.",
            "%(name)s: %(amount)s available again.",
            hold.amount,
            name=answer.card.customer.name,
            amount=messages.units(hold.unit, hold.amount),
        )
        return Done(sentence)
