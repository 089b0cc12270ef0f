"""Add a stamp."""

from dataclasses import dataclass

from backend.loyalty.ledger.schemas.bookings import Stamp
from backend.loyalty.till.schemas import TillView
from frontend.api.ledger import add_stamp
from frontend.till.card.accidental_input import ask_about_repeat
from frontend.till.card.command import Command
from frontend.till.toasts import Done


@dataclass(frozen=True, slots=True)
class StampCommand(Command):
    def ask(self) -> None:
        ask_about_repeat(self)

    async def book(self) -> Done:
        body = await self.body(Stamp, category_ids=self.form.many("category_ids"))
        answer = await add_stamp(self.caller, self.card_id, body, key=self.key)
        return self.done(answer.transaction, answer.card, stamped=True)

    def describe(self, view: TillView) -> str:  # noqa: ARG002 - a stamp has no name
        return self.messages.translator.pgettext("kind of transaction", "Stamp")
