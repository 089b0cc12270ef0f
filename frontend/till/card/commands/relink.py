"""End the links to a card that somebody else has, and email the customer a new one."""

from dataclasses import dataclass

from frontend.api.ledger import relink_card
from frontend.till.card.command import Command
from frontend.till.toasts import Done


@dataclass(frozen=True, slots=True)
class RelinkCommand(Command):
    async def book(self) -> Done:
        card = (await relink_card(self.caller, self.card_id, key=self.key)).card
        _ = self.messages.translator.gettext
        return Done(_("The old link no longer works. A new one was emailed to %(email)s.", email=card.customer.email))
