"""Taking bookings back: at once from the toast, later from a list, or by the number of a receipt."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.loyalty.ledger.schemas import VoidView
from frontend.api.client import BackendAway, BackendProblem, Caller
from frontend.api.ledger import preview_return, return_order, void_transaction
from frontend.api.till import get_till
from frontend.kit.forms import Form, FormError, errors_of, read_form
from frontend.kit.problems import tell_away
from frontend.kit.reader import language_of
from frontend.kit.request import Request
from frontend.till.no_answer import no_answer, stays_booked
from frontend.till.returns.forms import card_id_of, order_question_of, order_return_of, void_of
from frontend.till.returns.screen import return_screen
from frontend.till.returns.words import ReturnWords
from frontend.till.screen import card_screen, show_done
from frontend.till.toasts import Done
from frontend.till.today.screen import BY_RECEIPT, Refused, bookings_screen
from i18n.formatting import TIME_ZONE

SIGNED_OUT = 401
UNPROCESSABLE = 422
UNKNOWN_RECEIPT = ("not_found", "order_reference_ambiguous", "order_on_several_cards")
TOO_MUCH = "return_exceeds_sale"


@post("/till/transactions/{transaction_id:uuid}/void")
async def void_booking(
    request: Request, caller: NamedDependency[Caller], transaction_id: FromPath[UUID]
) -> Response[str]:
    """Undo at once (from the toast, without a reason) or later (from a list, with one)."""
    form = await read_form(request)
    try:
        answer = await void_transaction(caller, transaction_id, void_of(request, form), key=form.text("idem"))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await _again(request, caller, form, what=str(transaction_id), status=UNPROCESSABLE)
    except BackendProblem as problem:
        return await _refused(request, caller, transaction_id, form, problem)
    except BackendAway:
        return no_answer(request, form, card_id=card_id_of(form), key=form.text("idem"))
    return await _shown(request, caller, answer, is_later=bool(form.text("later")))


@post("/till/returns/look")
async def look_up_return(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Shows whose receipt it is and how much goes back. Books nothing."""
    form = await read_form(request)
    try:
        return await _looked_up(request, caller, form)
    except BackendAway as error:
        tell_away(request, error)
        return no_answer(request, form)


async def _looked_up(request: Request, caller: Caller, form: Form) -> Response[str]:
    try:
        seen = await preview_return(caller, order_question_of(request, form))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await _again(request, caller, form, what=BY_RECEIPT, status=UNPROCESSABLE)
    except BackendProblem as problem:
        return await _refused_receipt(request, caller, form, problem)
    return await return_screen(request, caller, seen, form)


@post("/till/returns")
async def return_by_receipt(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """All that was booked for it, or a part of its sale."""
    form = await read_form(request)
    try:
        answer = await return_order(caller, order_return_of(request, form), key=form.text("idem"))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await _receipt_again(request, caller, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        return await _refused_receipt(request, caller, form, problem)
    except BackendAway:
        return no_answer(request, form, key=form.text("idem"))
    return await _shown(request, caller, answer, is_later=True)


async def _refused_receipt(request: Request, caller: Caller, form: Form, problem: BackendProblem) -> Response[str]:
    if problem.status == SIGNED_OUT:
        raise problem
    form.errors = _errors(problem)
    return await _receipt_again(request, caller, form, status=problem.status, sentence=problem.sentence)


async def _receipt_again(
    request: Request, caller: Caller, form: Form, *, status: int, sentence: str = ""
) -> Response[str]:
    """A wrong PIN is said where the return was shown; all else where the receipt was asked for."""
    if "staff_pin" not in form.errors:
        return await _again(request, caller, form, what=BY_RECEIPT, status=status, sentence=sentence)
    seen = await preview_return(caller, order_question_of(request, form))
    return await return_screen(request, caller, seen, form, status=status)


async def _shown(request: Request, caller: Caller, answer: VoidView, *, is_later: bool) -> Response[str]:
    """A return may be undone for a moment, from its toast."""
    words = ReturnWords(language_of(request), TIME_ZONE)
    newest = answer.transactions[-1].id if is_later and answer.transactions else None
    done = Done(words.said(answer) if is_later else words.translator.gettext("Undone."), transaction_id=newest)
    try:
        view = await get_till(caller, answer.card.id)
    except BackendAway:
        return stays_booked(request, done, answer.card.id)
    return show_done(request, view, done)


async def _refused(
    request: Request, caller: Caller, transaction_id: UUID, form: Form, problem: BackendProblem
) -> Response[str]:
    """From a list: beside the booking. From the toast: on the fresh card."""
    if problem.status == SIGNED_OUT:
        raise problem
    form.errors = _errors(problem)
    if form.text("later") or "staff_pin" in form.errors:
        return await _again(
            request, caller, form, what=str(transaction_id), status=problem.status, sentence=problem.sentence
        )
    kept = Form({})
    kept.errors = {"": problem.sentence}
    return card_screen(request, await get_till(caller, card_id_of(form)), status=problem.status, form=kept)


async def _again(
    request: Request, caller: Caller, form: Form, *, what: str, status: int, sentence: str = ""
) -> Response[str]:
    """The list with the form open; a sentence about the whole stands above it."""
    refused = Refused(form, what, "" if form.errors else sentence)
    card_id, after = card_id_of(form, "of_card"), form.optional("after")
    return await bookings_screen(request, caller, card_id=card_id, after=after, status=status, refused=refused)


def _errors(problem: BackendProblem) -> dict[str, str]:
    """Field → sentence, as `errors_of`, for what only a return can get wrong."""
    if problem.code in UNKNOWN_RECEIPT:
        return {"order_reference": problem.sentence}
    if problem.code == TOO_MUCH:
        return {"amount": problem.sentence, "quantity": problem.sentence}
    errors = errors_of(problem)
    return {"amount" if field == "amount_cents" else field: sentence for field, sentence in errors.items()}
