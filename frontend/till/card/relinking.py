"""The link to a card has come into other hands: it is ended, and the customer gets another one."""

from uuid import UUID

from frontend.api.client import Caller
from frontend.api.ledger import relink_card
from frontend.kit.forms import Form
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.bookings import Booked, key_of
from frontend.till.toasts import Done
from i18n.translator import get_translator


async def relink(request: Request, caller: Caller, card_id: UUID, form: Form) -> Booked:
    card = (await relink_card(caller, card_id, key=key_of(form))).card
    _ = get_translator(language_of(request)).gettext
    text = _("The old link opens nothing any more. A new one was emailed to %(email)s.", email=card.customer.email)
    return Booked(Done(text))
