"""Voids transactions: at once from the toast, or later from a list."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.ledger import void_transaction
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.forms import Form, FormError, read_form
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.entered_purchase import EnteredPurchase, form_with, lost_amount, remove_purchase
from frontend.till.card.screen import CardForm, card_screen
from frontend.till.problems import sentence_of
from frontend.till.returns.forms import card_id_of, void_of
from frontend.till.returns.responses import UNPROCESSABLE, add_errors, show_list, show_return, show_undone
from frontend.till.unanswered import show_unanswered, state_address


@post("/till/transactions/{transaction_id:uuid}/void")
async def void_booking(
    request: Request, caller: NamedDependency[Caller], transaction_id: FromPath[UUID]
) -> Response[str]:
    """Undoes at once (from the toast, without a reason) or voids later (from a list, with a reason)."""
    form = await read_form(request)
    is_later = bool(form.text("later"))
    purchase = None if is_later else remove_purchase(form, card_id_of(form, "open_card"))
    try:
        answer = await void_transaction(caller, transaction_id, void_of(request, form), key=form.text("idem"))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await show_list(request, caller, form, what=transaction_id, status=UNPROCESSABLE)
    except BackendProblem as problem:
        return await _refused(request, caller, transaction_id, form, problem, purchase=purchase)
    except BackendUnavailable:
        return show_unanswered(request, form, address=state_address(form.text("idem"), card_id=card_id_of(form)))
    if is_later:
        return await show_return(request, caller, answer)
    return await show_undone(request, caller, answer, purchase)


async def _refused(
    request: Request,
    caller: Caller,
    transaction_id: UUID,
    form: Form,
    problem: BackendProblem,
    *,
    purchase: EnteredPurchase | None,
) -> Response[str]:
    """Shows the error beside the transaction in the list, or on the updated card after a request from the toast."""
    add_errors(form, problem)
    status, sentence = problem.status, sentence_of(request, problem)
    if form.text("later") or "staff_pin" in form.errors:
        return await show_list(request, caller, form, what=transaction_id, status=status, sentence=sentence)
    view = await get_till(caller, card_id_of(form))
    new_form = form_with(purchase, view.card)
    new_form.errors = {"": f"{sentence} {lost_amount(purchase, view.card, language_of(request))}".strip()}
    return card_screen(request, view, status=status, shown=CardForm(new_form))
