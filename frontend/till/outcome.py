"""The outcome of an unanswered booking after the till has moved on to another customer."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery

from frontend.api.client import Caller
from frontend.api.ledger import find_booking
from frontend.api.responses import BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.command import key_of
from frontend.till.card.repeats import UNANSWERED_SECONDS, forget_unanswered
from frontend.till.toasts import TOAST_SECONDS, Toast
from frontend.till.unanswered import SETTLED
from i18n.translator import get_translator


@get("/till/bookings/{form_key:str}/outcome")
async def show_outcome(
    request: Request,
    caller: NamedDependency[Caller],
    form_key: FromPath[str],
    *,
    waited: FromQuery[int],
    command: FromQuery[str] = "",
    card_id: FromQuery[UUID | None] = None,
) -> Response[str]:
    """A toast; 204 while the outcome is unknown or the booking may still be in progress (`waited` is in seconds)."""
    try:
        booking = await find_booking(caller, key_of(form_key, command))
        view = await get_till(caller, card_id)
    except BackendUnavailable:
        return _unknown()
    if booking.state not in SETTLED and waited < UNANSWERED_SECONDS:
        return _unknown()
    forget_unanswered(request, form_key)
    is_booked = booking.state == "booked"
    sentence = _sentence(language_of(request), view.card.customer.name if view.card else None, is_booked=is_booked)
    return page(request, "till/outcome.html", toasts=[Toast(sentence, is_booked, TOAST_SECONDS, None, None)])


def _unknown() -> Response[str]:
    return Response("", status_code=204, media_type=MediaType.HTML)


def _sentence(language: str, name: str | None, *, is_booked: bool) -> str:
    _ = get_translator(language).gettext
    if name is None:
        return _("The transaction was recorded after all.") if is_booked else _("The transaction was not recorded.")
    if is_booked:
        return _("%(name)s: the transaction was recorded after all.", name=name)
    return _("%(name)s: the transaction was not recorded.", name=name)
