from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.loyalty.enrollment.schemas import Enroll, EnrollView
from frontend.api.client import Caller
from frontend.api.enrollment import enroll
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.screen import show_done
from frontend.till.screen import messages_of, till_page
from frontend.till.toasts import Done
from frontend.till.unanswered import show_recorded, show_unanswered, state_address
from i18n.translator import get_translator

FIELDS = ("email", "first_name", "last_name", "phone", "language")
UNPROCESSABLE = 422
SIGNED_OUT = 401


@get("/till/enrollment", name="enrollment")
async def show_enrollment(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await _screen(request, caller, Form({}))


@post("/till/enrollment")
async def enroll_customer(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    try:
        card = await enroll(caller, _body(request, form), key=form.text("idem"))
    except FormError as error:
        form.errors = {error.field: error.sentence}
        return await _screen(request, caller, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        return await _refused(request, caller, form, problem)
    except BackendUnavailable:
        return show_unanswered(request, form, address=state_address(form.text("idem")))
    return await _show_enrolled(request, caller, card)


async def _show_enrolled(request: Request, caller: Caller, card: EnrollView) -> Response[str]:
    try:
        view = await get_till(caller, card.id)
    except BackendUnavailable:
        _ = get_translator(language_of(request)).gettext
        return show_recorded(request, Done(_("%(name)s is enrolled.", name=card.customer.name)), card.id)
    messages = messages_of(request, view)
    _ = messages.translator.gettext
    if card.already_enrolled:
        since = messages.formatter.date(card.enrolled_at, "medium")
        return show_done(request, view, Done(_("Already has a card, since %(date)s.", date=since), is_good=False))
    return show_done(request, view, Done(_("%(name)s is enrolled.", name=card.customer.name), enrolled=True))


def _body(request: Request, form: Form) -> Enroll:
    _ = get_translator(language_of(request)).gettext
    values: dict[str, object] = {name: form.optional(name) for name in FIELDS}
    values["accept_marketing"] = bool(form.text("accept_marketing"))
    if not values["email"]:
        raise FormError("email", _("Enter the customer’s email address."))
    try:
        return body_of(Enroll, values, "")
    except FormError as error:
        name = _("Enter a name of at most 100 characters, without web addresses.")
        sentences = {
            "first_name": name,
            "last_name": name,
            "email": _("This is not an email address: it needs an @ and a dot, like marie@example.com."),
            "phone": _("Enter the phone number in digits, like +352 621 123 456."),
        }
        raise FormError(error.field, sentences.get(error.field, _("This is too long."))) from error


async def _refused(request: Request, caller: Caller, form: Form, problem: BackendProblem) -> Response[str]:
    if problem.status == SIGNED_OUT:
        raise problem
    form.errors = errors_of(problem) or {"": problem.sentence}
    return await _screen(request, caller, form, status=problem.status)


async def _screen(request: Request, caller: Caller, form: Form, *, status: int = 200) -> Response[str]:
    view = await get_till(caller)
    address = "/till/enrollment"
    return till_page(request, view, "till/enrollment/page.html", address=address, status=status, form=form)
