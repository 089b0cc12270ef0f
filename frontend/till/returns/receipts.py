"""Returns by receipt number: a preview first, then the booking with a reason."""

from litestar import Response, post
from litestar.di import NamedDependency

from backend.loyalty.ledger.schemas.returns import OrderPreview
from frontend.api.client import Caller
from frontend.api.ledger import preview_return, return_order
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, FormError, read_form
from frontend.kit.problems import log_unavailable
from frontend.kit.request import Request
from frontend.till.problems import sentence_of
from frontend.till.returns.forms import order_question_of, order_return_of
from frontend.till.returns.responses import SIGNED_OUT, UNPROCESSABLE, add_errors, show_list, show_return
from frontend.till.returns.screen import return_screen
from frontend.till.today.screen import BY_RECEIPT
from frontend.till.unanswered import show_unanswered, state_address

SEARCH_FIELDS = {"order_reference", "amount"}
"""The fields of the form that searches for a receipt."""


@post("/till/returns/look")
async def look_up_return(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Shows whose receipt it is and what would be returned. Books nothing."""
    form = await read_form(request)
    try:
        return await _preview(request, caller, form)
    except BackendUnavailable as error:
        log_unavailable(request, error)
        return show_unanswered(request, form)


async def _preview(request: Request, caller: Caller, form: Form) -> Response[str]:
    try:
        preview = await preview_return(caller, order_question_of(request, form))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await show_list(request, caller, form, what=BY_RECEIPT, status=UNPROCESSABLE)
    except BackendProblem as problem:
        add_errors(form, problem)
        status, sentence = problem.status, problem.sentence
        return await show_list(request, caller, form, what=BY_RECEIPT, status=status, sentence=sentence)
    return await return_screen(request, caller, preview, form)


@post("/till/returns")
async def return_by_receipt(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Returns the whole order or a part of its sale."""
    form = await read_form(request)
    try:
        answer = await return_order(caller, order_return_of(request, form), key=form.text("idem"))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await _show_again(request, caller, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        add_errors(form, problem)
        sentence = sentence_of(request, problem)
        return await _show_again(request, caller, form, status=problem.status, sentence=sentence)
    except BackendUnavailable:
        return show_unanswered(request, form, address=state_address(form.text("idem")))
    return await show_return(request, caller, answer)


async def _show_again(
    request: Request, caller: Caller, form: Form, *, status: int, sentence: str = ""
) -> Response[str]:
    """Shows the preview again with the same idempotency key. Errors about the receipt are shown in the search form."""
    preview = None if SEARCH_FIELDS & form.errors.keys() else await _preview_again(request, caller, form)
    if preview is None:
        return await show_list(request, caller, form, what=BY_RECEIPT, status=status, sentence=sentence)
    form.errors = form.errors or {"": sentence}
    return await return_screen(request, caller, preview, form, status=status)


async def _preview_again(request: Request, caller: Caller, form: Form) -> OrderPreview | None:
    try:
        return await preview_return(caller, order_question_of(request, form))
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        return None
