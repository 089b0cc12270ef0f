"""Locks the till in the session, not only on the screen: every till page asks for the PIN until it is unlocked."""

from litestar import Response, post
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import take_over, verify_pin
from frontend.kit.forms import Form, FormError, errors_of, read_form
from frontend.kit.pages import close_overlay, is_htmx, local_path, redirect
from frontend.kit.person import CHOICE_OF_STORE, find_person, person_of, remember_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import to_sign_in
from frontend.kit.request import Request
from frontend.till.lock.idle import has_idled, note_use
from frontend.till.lock.screen import SIGNED_OUT, lock_page
from frontend.till.screen import redirect_with
from frontend.till.toasts import Done
from i18n.translator import get_translator

LOCKED = "locked"
UNPROCESSABLE = 422
UNAVAILABLE = 503


async def require_unlocked_till(request: Request) -> Response[str] | None:
    """Runs before every till page: requires a signed-in user, a store and a till that is neither locked nor unused."""
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    if person.store is None:
        return redirect(request, CHOICE_OF_STORE)
    if request.session.get(LOCKED) or has_idled(request):
        request.session[LOCKED] = True
        return await lock_page(request)
    note_use(request)
    return None


@post("/till/lock")
async def lock_till(request: Request) -> Response[str]:
    request.session[LOCKED] = True
    if is_htmx(request):
        return await lock_page(request, status=200)
    return redirect(request, local_path((await read_form(request)).text("next"), "/till"))


@post("/till/unlock")
async def unlock_till(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    person = find_person(request)
    if person is None:
        return to_sign_in(request)
    if person.store is None:
        return redirect(request, CHOICE_OF_STORE)
    form, gettext = await read_form(request), get_translator(language_of(request)).gettext
    try:
        return await _open(request, caller, form)
    except FormError:
        status, sentence = UNPROCESSABLE, gettext("A PIN has 4 to 8 digits.")
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        status, sentence = problem.status, errors_of(problem).get("staff_pin", problem.sentence)
    except BackendUnavailable:
        status, sentence = UNAVAILABLE, gettext("The server does not answer. Try again in a moment.")
    after = local_path(form.text("next"), "/till")
    return await lock_page(request, status=status, error=sentence, after=after, chosen=form.text("user_id"))


async def _open(request: Request, caller: Caller, form: Form) -> Response[str]:
    """For whom the form names. Raises FormError, BackendProblem or BackendUnavailable."""
    user_id, pin, after = form.text("user_id"), form.text("staff_pin"), local_path(form.text("next"), "/till")
    if user_id:
        remember_person(request, person_of(await take_over(caller, user_id=user_id, staff_pin=pin)))
    else:
        await verify_pin(caller, pin)
    request.session.pop(LOCKED, None)
    note_use(request)
    if user_id:
        return redirect_with(request, after, Done(_taken_over(request)))
    return close_overlay() if is_htmx(request) else redirect(request, after)


def _taken_over(request: Request) -> str:
    """What is told on the page, which is loaded anew in the other person's language."""
    person, translator = find_person(request), get_translator(language_of(request))
    assert person is not None, "the session has just been given to them"
    return translator.gettext("%(name)s is at the till now. Unrecorded entries are gone.", name=person.name)
