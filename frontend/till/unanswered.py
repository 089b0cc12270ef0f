"""Handles a backend that does not answer: the form keeps its key, and the till polls whether it was recorded."""

from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from backend.loyalty.till.schemas import TillView
from frontend.api.client import Caller
from frontend.api.ledger import find_booking
from frontend.api.responses import BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.forms import Form, read_query
from frontend.kit.pages import is_htmx, page
from frontend.kit.preferences import language_of
from frontend.kit.problems import log_unavailable, show_backend_unavailable
from frontend.kit.request import Request
from frontend.till.card.command import PURCHASE, key_of
from frontend.till.card.entered_purchase import EnteredPurchase, entered_purchase, lost_amount
from frontend.till.card.override import PIN, has_override
from frontend.till.card.repeats import forget_unanswered, remember_found
from frontend.till.card.screen import card_screen
from frontend.till.returns.forms import card_id_of
from frontend.till.screen import FLASH, ready_screen
from frontend.till.toasts import Done
from i18n.translator import get_translator

NOT_REPEATED = {"_csrf_token", PIN}
SETTLED = {"booked", "refused"}


def state_address(form_key: str, *, card_id: UUID | None = None, command: str = "") -> str:
    """The address of `show_booking_state`, which `unanswered.js` composes too."""
    query = urlencode({name: value for name, value in (("command", command), ("card_id", card_id)) if value})
    return f"/till/bookings/{quote(form_key, safe='')}{query and '?'}{query}"


def show_unanswered(request: Request, form: Form, *, address: str | None = None) -> Response[str]:
    """503. The page polls the address until the outcome is known."""
    fields = [(name, value) for name, values in form.lists.items() for value in values if name not in NOT_REPEATED]
    return page(
        request,
        "till/unanswered.html",
        status=503,
        fields=fields,
        state_address=address,
        asks_owner=has_override(form),
    )


def show_unavailable(request: Request, error: BackendUnavailable) -> Response[str]:
    """With htmx the screen stays and shows a note; without scripts the response is a page with a retry."""
    if not is_htmx(request):
        return show_backend_unavailable(request, error)
    log_unavailable(request, error)
    return show_unanswered(request, Form({}))


def show_recorded(request: Request, done: Done, card_id: UUID) -> Response[str]:
    """Values entered for another booking are restored when the card is opened again."""
    request.session[FLASH] = msgspec.to_builtins(Done("", purchase=done.purchase))
    return page(request, "till/booked.html", sentence=done.text, card_id=card_id)


@get("/till/bookings/{form_key:str}")
async def show_booking_state(
    request: Request,
    caller: NamedDependency[Caller],
    form_key: FromPath[str],
    command: FromQuery[str] = "",
    card_id: FromQuery[UUID | None] = None,
) -> Response[str]:
    """Polled by the note of `show_unanswered`; returns the updated screen once the booking is recorded.

    `command` is the name of the card's command, empty for every other form.
    """
    address = state_address(form_key, card_id=card_id, command=command)
    try:
        booking = await find_booking(caller, key_of(form_key, command))
        view = await get_till(caller, card_id) if booking.state == "booked" else None
    except BackendUnavailable:
        return page(request, "till/booking_state.html", state="unknown", state_address=address)
    if booking.state in SETTLED:
        forget_unanswered(request, form_key)
    if view is None:
        return page(request, "till/booking_state.html", state=booking.state, state_address=address)
    if card_id and command:
        transaction = next((line for line in view.recent if line.id == booking.transaction_id), None)
        remember_found(request, card_id, command, transaction)
    return _updated_screen(request, view, card_id, _purchase_to_keep(request, command))


def _purchase_to_keep(request: Request, command: str) -> EnteredPurchase | None:
    """None when the purchase is what was recorded."""
    form = read_query(request)
    return None if command == PURCHASE else entered_purchase(form, card_id_of(form, "open_card"))


def _updated_screen(
    request: Request, view: TillView, card_id: UUID | None, purchase: EnteredPurchase | None
) -> Response[str]:
    language = language_of(request)
    recorded = get_translator(language).gettext("Recorded. It counted only once.")
    done = Done(f"{recorded} {lost_amount(purchase, view.card, language)}".strip(), purchase=purchase)
    response = card_screen(request, view, done=done) if card_id else ready_screen(request, view, done=done)
    response.headers.update({"HX-Retarget": "#till", "HX-Reswap": "innerHTML"})
    return response
