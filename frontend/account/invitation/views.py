"""A person who was invited by email accepts here, without a session, and is signed in."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.identity.invitations.schemas import AcceptedInvitation, AcceptInvitation
from frontend.api.client import Caller
from frontend.api.identity import sign_in
from frontend.api.people import accept_invitation, get_own_invitation
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form
from frontend.kit.known_device import known_device, remember_device
from frontend.kit.pages import page, redirect
from frontend.kit.person import person_of, remember_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import log_unavailable
from frontend.kit.request import Request
from i18n.translator import N_, get_translator

INVITATION = "/invitation/{token:str}"
ENDED = {404, 410}
UNPROCESSABLE, AWAY = 422, 503
MISSING = {"name": N_("Enter your name."), "password": N_("Enter a password.")}


@get(INVITATION, name="invitation")
async def show_invitation(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    return await _page(request, caller, token, Form({}))


@post(INVITATION)
async def take_invitation(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    form, say = await read_form(request), get_translator(language_of(request)).gettext
    password = form.fields.get("password", "")
    try:
        body = body_of(AcceptInvitation, {"password": password, "name": form.optional("name")}, "")
        accepted = await accept_invitation(caller, token, body)
    except FormError as error:
        form.errors |= error.sentences(language_of(request), MISSING if not password else {})
        return await _page(request, caller, token, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status in ENDED:
            return _ended(request, problem)
        _take_errors(form, problem)
        return await _page(request, caller, token, form, status=problem.status)
    except BackendUnavailable as error:
        log_unavailable(request, error)
        form.errors[""] = say(N_("The server does not answer. Try again in a moment."))
        return await _page(request, caller, token, form, status=AWAY)
    return await _sign_in(request, caller, accepted, password)


async def _sign_in(request: Request, caller: Caller, accepted: AcceptedInvitation, password: str) -> Response[str]:
    """To the start page of the role; users who need a second factor sign in by the form."""
    anonymous = caller.known_as(known_device(request))
    try:
        answer = await sign_in(anonymous, email=accepted.email, password=password, merchant=accepted.merchant)
    except (BackendProblem, BackendUnavailable):
        return redirect(request, "/sign-in")
    person = person_of(answer)
    remember_person(request, person)
    response = redirect(request, person.home)
    remember_device(request, response, answer.known_device)
    return response


async def _page(request: Request, caller: Caller, token: str, form: Form, *, status: int = 200) -> Response[str]:
    try:
        invitation = await get_own_invitation(caller, token)
    except BackendProblem as problem:
        if problem.status not in ENDED:
            raise
        return _ended(request, problem)
    return page(request, "account/invitation/page.html", status=status, form=form, invitation=invitation, token=token)


def _ended(request: Request, problem: BackendProblem) -> Response[str]:
    return page(request, "account/invitation/ended.html", status=problem.status, problem=problem)


def _take_errors(form: Form, problem: BackendProblem) -> None:
    if problem.code == "name_required":
        form.errors["name"] = problem.view.title
    else:
        form.errors |= errors_of(problem) or {"": problem.sentence}
