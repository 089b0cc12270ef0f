import asyncio
from collections.abc import Mapping
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from backend.loyalty.ledger.schemas import TransactionView, Void
from frontend.api.client import BackendAway, BackendProblem, Caller
from frontend.api.ledger import void_transaction
from frontend.api.till import get_till, list_bookings
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form
from frontend.kit.reader import language_of
from frontend.kit.request import Request
from frontend.till.no_answer import no_answer, stays_booked
from frontend.till.screen import Done, card_screen, show_done, till_page, words_of
from i18n.translator import Translator, get_translator

PAGE_SIZE = 20
VOIDABLE = {"earned", "redeemed"}
SIGNED_OUT = 401
UNPROCESSABLE = 422


@get("/till/today", name="today")
async def show_today(
    request: Request, caller: NamedDependency[Caller], after: FromQuery[str | None] = None
) -> Response[str]:
    return await _screen(request, caller, after=after)


@post("/till/transactions/{transaction_id:uuid}/void")
async def void_booking(
    request: Request, caller: NamedDependency[Caller], transaction_id: FromPath[UUID]
) -> Response[str]:
    """Undo at once (from the toast, without a reason) or later (from the list, with one)."""
    form = await read_form(request)
    card_id = _card_id(form)
    try:
        body = _body(request, form)
        answer = await void_transaction(caller, transaction_id, body, key=form.text("idem"))
    except FormError as error:
        return await _screen(
            request, caller, status=UNPROCESSABLE, refused=transaction_id, errors={"staff_pin": error.sentence}
        )
    except BackendProblem as problem:
        return await _refused(request, caller, transaction_id, form, problem)
    except BackendAway:
        return no_answer(request, form, card_id=card_id, key=form.text("idem"))
    return await _shown(request, caller, answer.card.id)


async def _shown(request: Request, caller: Caller, card_id: UUID) -> Response[str]:
    done = Done(get_translator(language_of(request)).gettext("Undone."))
    try:
        view = await get_till(caller, card_id)
    except BackendAway:
        return stays_booked(request, done, card_id)
    return show_done(request, view, done)


async def _refused(
    request: Request, caller: Caller, transaction_id: UUID, form: Form, problem: BackendProblem
) -> Response[str]:
    """From the list: beside the booking. From the toast: on the fresh card."""
    if problem.status == SIGNED_OUT:
        raise problem
    errors = errors_of(problem)
    if form.text("later") or "staff_pin" in errors:
        sentence = "" if errors else problem.sentence
        return await _screen(
            request, caller, status=problem.status, refused=transaction_id, errors=errors, problem=sentence
        )
    kept = Form({})
    kept.errors = {"": problem.sentence}
    return card_screen(request, await get_till(caller, _card_id(form)), status=problem.status, form=kept)


async def _screen(
    request: Request,
    caller: Caller,
    *,
    status: int = 200,
    after: str | None = None,
    refused: UUID | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
) -> Response[str]:
    view, bookings = await asyncio.gather(get_till(caller), list_bookings(caller, limit=PAGE_SIZE, after=after))

    def may_void(booking: TransactionView) -> bool:
        return view.program.policy.allow_void_transactions and booking.kind in VOIDABLE

    words = words_of(request, view)
    return till_page(
        request,
        view,
        "till/today/page.html",
        address="/till/today",
        status=status,
        bookings=bookings,
        may_void=may_void,
        deed_of=words.deed_of,
        reasons=_reasons(words.translator),
        refused_id=refused,
        errors=errors or {},
        problem=problem,
    )


def _reasons(translator: Translator) -> list[str]:
    """One key each; the words are kept with the booking."""
    _ = translator.gettext
    return [_("Wrong amount"), _("Wrong customer"), _("Goods returned"), _("Customer changed their mind")]


def _body(request: Request, form: Form) -> Void:
    _ = get_translator(language_of(request)).gettext
    values = {"reason": form.optional("reason"), "staff_pin": form.optional("staff_pin")}
    return body_of(Void, values, _("A PIN has 4 to 8 digits."))


def _card_id(form: Form) -> UUID | None:
    try:
        return UUID(form.text("card_id"))
    except ValueError:
        return None
