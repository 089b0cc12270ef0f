"""Mark the open card's customer as a test customer, or as a real one again."""

from dataclasses import dataclass

from frontend.api.cards import mark_test_customer
from frontend.api.till import get_till
from frontend.till.card.command import Command
from frontend.till.toasts import Done


@dataclass(frozen=True, slots=True)
class MarkTestCommand(Command):
    async def book(self) -> Done:
        is_test = self.form.text("is_test") == "true"
        card = (await get_till(self.caller, self.card_id)).card
        assert card is not None, "the backend refuses a card that is unknown"
        await mark_test_customer(self.caller, card.customer.id, is_test=is_test)
        _ = self.messages.translator.gettext
        return Done(_("This is a test card now.") if is_test else _("This is a real customer’s card now."))
