"""Handles a backend that does not answer: the form keeps its key, and the till polls whether it was recorded."""

from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from backend.loyalty.till.schemas import TillView
from frontend.api.client import BackendUnavailable, Caller
from frontend.api.ledger import find_booking
from frontend.api.till import get_till
from frontend.kit.forms import Form, read_query
from frontend.kit.pages import is_htmx, page
from frontend.kit.preferences import language_of
from frontend.kit.problems import log_unavailable, show_backend_unavailable
from frontend.kit.request import Request
from frontend.till.card.bookings import booking_key
from frontend.till.card.kept import Typed, lost, typed_of
from frontend.till.card.lifting import PIN, is_lifted
from frontend.till.card.repeats import forget_unanswered, remember_found
from frontend.till.returns.forms import card_id_of
from frontend.till.screen import FLASH, card_screen, ready_screen
from frontend.till.toasts import Done
from i18n.translator import get_translator

NOT_TYPED = {"_csrf_token", PIN}
SETTLED = {"booked", "refused"}


def show_unanswered(
    request: Request, form: Form, *, card_id: UUID | None = None, key: str | None = None
) -> Response[str]:
    """503. The page polls the booking with `key` until the outcome is known."""
    fields = [(name, value) for name, values in form.lists.items() for value in values if name not in NOT_TYPED]
    lifted = is_lifted(form)
    return page(
        request, "till/unanswered.html", status=503, fields=fields, card_id=card_id, booking_key=key, asks_owner=lifted
    )


def show_unavailable(request: Request, error: BackendUnavailable) -> Response[str]:
    """With htmx the screen stays and shows a note; without scripts the response is a page with a retry."""
    if not is_htmx(request):
        return show_backend_unavailable(request, error)
    log_unavailable(request, error)
    return show_unanswered(request, Form({}))


def show_recorded(request: Request, done: Done, card_id: UUID) -> Response[str]:
    """Values entered for another booking are restored when the card is opened again."""
    request.session[FLASH] = msgspec.to_builtins(Done("", typed=done.typed))
    return page(request, "till/booked.html", sentence=done.text, card_id=card_id)


@get("/till/bookings/{key:str}")
async def show_booking_state(
    request: Request, caller: NamedDependency[Caller], key: FromPath[str], card_id: FromQuery[UUID | None] = None
) -> Response[str]:
    """Polled by the note of `show_unanswered`; returns the updated screen once the booking is recorded.

    `key` is the form's key followed by the button's name.
    """
    idem, _, deed = key.partition(".")
    try:
        booking = await find_booking(caller, booking_key(idem, deed) if deed else key)
        view = await get_till(caller, card_id) if booking.state == "booked" else None
    except BackendUnavailable:
        return page(request, "till/booking_state.html", state="unknown", key=key, card_id=card_id)
    if booking.state in SETTLED:
        forget_unanswered(request, idem)
    if view is None:
        return page(request, "till/booking_state.html", state=booking.state, key=key, card_id=card_id)
    if card_id and deed:
        transaction = next((line for line in view.recent if line.id == booking.transaction_id), None)
        remember_found(request, card_id, deed, transaction)
    return _updated_screen(request, view, card_id, _values_to_keep(request, deed))


def _values_to_keep(request: Request, deed: str) -> Typed | None:
    """The purchase form's values, unless the purchase is what was recorded."""
    form = read_query(request)
    return None if deed.partition(".")[0] == "points" else typed_of(form, card_id_of(form, "open_card"))


def _updated_screen(request: Request, view: TillView, card_id: UUID | None, typed: Typed | None) -> Response[str]:
    language = language_of(request)
    text = f"{get_translator(language).gettext('Recorded. It counted only once.')} {lost(typed, view.card, language)}"
    done = Done(text.strip(), typed=typed)
    response = card_screen(request, view, done=done) if card_id else ready_screen(request, view, done=done)
    response.headers.update({"HX-Retarget": "#till", "HX-Reswap": "innerHTML"})
    return response
