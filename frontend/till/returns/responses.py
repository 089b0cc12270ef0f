"""Responses to a return: the card with a toast, or the list with the form and its errors."""

from uuid import UUID

from litestar import Response

from backend.loyalty.ledger.schemas.returns import VoidView
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.forms import Form, errors_of
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.entered_purchase import EnteredPurchase, lost_amount
from frontend.till.card.screen import show_done
from frontend.till.returns.forms import card_id_of
from frontend.till.returns.messages import ReturnMessages
from frontend.till.toasts import Done
from frontend.till.today.screen import Refused, bookings_screen
from frontend.till.unanswered import show_recorded
from i18n.formatting import TIME_ZONE
from i18n.translator import get_translator

SIGNED_OUT = 401
UNPROCESSABLE = 422
UNKNOWN_RECEIPT = ("not_found", "order_reference_ambiguous", "order_on_several_cards")
TOO_MUCH = "return_exceeds_sale"


async def show_return(request: Request, caller: Caller, answer: VoidView) -> Response[str]:
    """The toast offers to undo the return for a short time."""
    messages = ReturnMessages(language_of(request), TIME_ZONE)
    newest = answer.transactions[-1].id if answer.transactions else None
    return await _show(request, caller, answer, Done(messages.return_text(answer), transaction_id=newest))


async def show_undone(
    request: Request, caller: Caller, answer: VoidView, purchase: EnteredPurchase | None
) -> Response[str]:
    language = language_of(request)
    # NOTE: a return was undone
    undone = get_translator(language).pgettext("message", "Undone.")
    text = f"{undone} {lost_amount(purchase, answer.card, language)}".strip()
    return await _show(request, caller, answer, Done(text, purchase=purchase))


async def _show(request: Request, caller: Caller, answer: VoidView, done: Done) -> Response[str]:
    try:
        view = await get_till(caller, answer.card.id)
    except BackendUnavailable:
        return show_recorded(request, done, answer.card.id)
    return show_done(request, view, done)


async def show_list(
    request: Request, caller: Caller, form: Form, *, what: UUID | str, status: int, sentence: str = ""
) -> Response[str]:
    """The list with the form open. `sentence` concerns the whole form and stands above it."""
    refused = Refused(form, str(what), "" if form.errors else sentence)
    card_id, after = card_id_of(form, "of_card"), form.optional("after")
    return await bookings_screen(request, caller, card_id=card_id, after=after, status=status, refused=refused)


def add_errors(form: Form, problem: BackendProblem) -> None:
    """Sets the errors of a return on the form. Re-raises an ended sign-in."""
    if problem.status == SIGNED_OUT:
        raise problem
    form.end_key(problem)
    form.errors = _errors(problem)


def _errors(problem: BackendProblem) -> dict[str, str]:
    if problem.code in UNKNOWN_RECEIPT:
        return {"order_reference": problem.sentence}
    if problem.code == TOO_MUCH:
        return {"amount": problem.sentence, "quantity": problem.sentence}
    errors = errors_of(problem)
    return {"amount" if field == "amount_cents" else field: sentence for field, sentence in errors.items()}
