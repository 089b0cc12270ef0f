"""Earn points for a purchase."""

from dataclasses import dataclass
from typing import ClassVar

from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.till.schemas import TillView
from frontend.api.ledger import earn_points
from frontend.till.card.accidental_input import ask_about_amount
from frontend.till.card.command import Command
from frontend.till.card.repeats import entered_cents
from frontend.till.returns.forms import cents_of
from frontend.till.toasts import Done


@dataclass(frozen=True, slots=True)
class EarnCommand(Command):
    keeps_purchase: ClassVar[bool] = False

    def ask(self) -> None:
        ask_about_amount(self)

    async def book(self) -> Done:
        """Below the program's minimum purchase nothing is booked."""
        body = await self.body(
            Earn,
            purchase_amount_cents=cents_of(self.request, self.form),
            category_ids=self.form.many("category_ids"),
            order_reference=self.form.optional("order_reference"),
        )
        answer = await earn_points(self.caller, self.card_id, body, key=self.key)
        if answer.transaction is None:
            _ = self.messages.translator.gettext
            return Done(_("Nothing was recorded: the amount is below the program’s minimum."), is_booked=False)
        return self.done(answer.transaction, answer.card)

    def describe(self, view: TillView) -> str:
        """As entered when the amount cannot be read."""
        cents = entered_cents(self.form)
        if cents is None:
            return self.form.text("amount")
        return self.messages.formatter.money(cents, view.program.currency)
