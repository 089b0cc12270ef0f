"""The form to invite somebody."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.identity.invitations.schemas import StaffInvitationDraft
from frontend.api.client import Caller
from frontend.api.identity import list_permissions
from frontend.api.people import invite_member
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.problems import AWAY, SIGNED_OUT, log_unavailable
from frontend.kit.request import Request
from frontend.office.staff.form import role_of, stores_of
from frontend.office.staff.messages import StaffMessages
from frontend.office.staff.views import STAFF
from frontend.office.staff.views import stores_of as own_stores
from frontend.permissions.messages import WRONG
from i18n.locales import LANGUAGES
from i18n.translator import N_, get_translator

UNPROCESSABLE = 422
ABOUT_THE_EMAIL = {"already_invited", "already_member", "works_for_platform", "account_deactivated"}


@get(f"{STAFF}/invite", name="office-staff-invite")
async def show_invite(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    person, language = find_person(request), language_of(request)
    return await _form(
        request, caller, Form({"language": (person and person.merchant_language) or language}), is_new=True
    )


@post(f"{STAFF}/invite")
async def take_invite(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, say = await read_form(request), get_translator(language_of(request)).gettext
    language = form.text("language") if form.text("language") in LANGUAGES else "en"
    values = {"email": form.text("email"), "name": form.optional("name"), "language": language, "role": role_of(form)}
    try:
        await invite_member(caller, _draft_of(form, values))
    except FormError as error:
        form.errors |= error.sentences(language_of(request), WRONG)
        return await _form(request, caller, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        _take_errors(form, problem, say(WRONG["email"]))
        return await _form(request, caller, form, status=problem.status)
    except BackendUnavailable as error:
        log_unavailable(request, error)
        form.errors[""] = say(N_("The server does not answer. Look at the list: the invitation may have been sent."))
        return page(request, "office/staff/unanswered.html", status=AWAY, form=form)
    return redirect(request, f"{STAFF}?done=invited")


def _draft_of(form: Form, values: Mapping[str, object]) -> StaffInvitationDraft:
    """Raises FormError, also for somebody who could do nothing at any store."""
    draft = body_of(StaffInvitationDraft, values, "")
    draft.stores = stores_of(form)
    if not draft.stores and draft.role == "store_member":
        raise FormError("stores", WRONG["stores"])
    return draft


def _take_errors(form: Form, problem: BackendProblem, wrong_email: str) -> None:
    if problem.code in ABOUT_THE_EMAIL:
        form.errors["email"] = problem.sentence
        form.fields["works_here"] = form.text("email") if problem.code == "already_member" else ""
    elif "email" in errors_of(problem):
        form.errors["email"] = wrong_email
    else:
        form.errors[""] = problem.sentence


async def _form(
    request: Request, caller: Caller, form: Form, *, status: int = 200, is_new: bool = False
) -> Response[str]:
    """`is_new`: what is proposed is ticked."""
    permissions, stores = (await list_permissions(caller)).permissions, own_stores(request)
    return page(
        request,
        "office/staff/invite.html",
        status=status,
        form=form,
        stores=stores,
        given=[permission for permission in permissions if permission.is_given],
        proposes=is_new and len(stores) == 1,
        messages=StaffMessages(language_of(request), stores, permissions),
    )
