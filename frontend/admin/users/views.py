"""Who administers the platform. Super admins change it; administrators see it."""

from collections.abc import Awaitable
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.identity.invitations.schemas import AdminInvitationDraft
from backend.identity.platform_users.schemas import ChosenRole
from frontend.api.client import Caller
from frontend.api.people import (
    change_admin_role,
    invite_admin,
    list_admins,
    list_invitations,
    remove_admin,
    resend_invitation,
    withdraw_invitation,
)
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form, FormError, body_of, errors_of, read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.permissions.messages import WRONG, PermissionMessages
from i18n.locales import LANGUAGES
from i18n.translator import get_translator

USERS = "/admin/users"
NOT_FOUND, CONFLICT, UNPROCESSABLE = 404, 409, 422


@get(USERS, name="admin-users")
async def show_users(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    return await _page(request, caller, Form({"language": language_of(request)}), done=read_query(request).text("done"))


@post(USERS)
async def take_admin_invitation(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, say = await read_form(request), get_translator(language_of(request)).gettext
    language = form.text("language") if form.text("language") in LANGUAGES else "en"
    role = "super_admin" if form.text("role") == "super_admin" else "platform_admin"
    values = {"email": form.text("email"), "name": form.optional("name"), "language": language, "role": role}
    try:
        await invite_admin(caller, body_of(AdminInvitationDraft, values, ""))
    except FormError as error:
        form.errors |= error.sentences(language_of(request), WRONG)
        return await _page(request, caller, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status not in {CONFLICT, UNPROCESSABLE}:
            raise
        form.errors["email"] = say(WRONG["email"]) if errors_of(problem) else problem.sentence
        return await _page(request, caller, form, status=problem.status)
    return redirect(request, f"{USERS}?done=invited")


@post(f"{USERS}/{{user_id:uuid}}/role")
async def take_admin_role(request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]) -> Response[str]:
    role = (await read_form(request)).text("role")
    body = ChosenRole("super_admin" if role == "super_admin" else "platform_admin")
    return await _changed(request, caller, change_admin_role(caller, user_id, body), done="saved")


@post(f"{USERS}/{{user_id:uuid}}/remove")
async def take_admin_removal(
    request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]
) -> Response[str]:
    return await _changed(request, caller, remove_admin(caller, user_id), done="removed")


@post(f"{USERS}/invitations/{{invitation_id:uuid}}/resend")
async def take_admin_resend(
    request: Request, caller: NamedDependency[Caller], invitation_id: FromPath[UUID]
) -> Response[str]:
    return await _changed(request, caller, resend_invitation(caller, "admin", invitation_id), done="resent")


@post(f"{USERS}/invitations/{{invitation_id:uuid}}/withdraw")
async def take_admin_withdrawal(
    request: Request, caller: NamedDependency[Caller], invitation_id: FromPath[UUID]
) -> Response[str]:
    return await _changed(request, caller, withdraw_invitation(caller, "admin", invitation_id), done="withdrawn")


async def _changed(request: Request, caller: Caller, change: Awaitable[object], *, done: str) -> Response[str]:
    """After a refusal the list as it is now, with the reason: it may have changed meanwhile."""
    try:
        await change
    except BackendProblem as problem:
        if problem.status not in {NOT_FOUND, CONFLICT}:
            raise
        return await _page(request, caller, Form({}), status=problem.status, refused=problem.sentence)
    return redirect(request, f"{USERS}?done={done}")


async def _page(
    request: Request, caller: Caller, form: Form, *, status: int = 200, done: str = "", refused: str = ""
) -> Response[str]:
    person = find_person(request)
    return page(
        request,
        "admin/users/page.html",
        status=status,
        users=(await list_admins(caller)).users,
        invitations=(await list_invitations(caller, "admin")).invitations,
        may_change=person is not None and "users.manage" in person.permissions,
        form=form,
        done=done,
        refused=refused,
        messages=PermissionMessages(language_of(request)),
    )
