"""One person: role, stores and permissions; and the way to remove them."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.identity.members.schemas import MemberDetail
from frontend.api.client import Caller
from frontend.api.identity import list_permissions
from frontend.api.people import change_member, get_member, remove_member
from frontend.api.responses import BackendProblem
from frontend.api.till import change_pin
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.staff.form import change_of, form_of, stored_differences
from frontend.office.staff.messages import StaffMessages
from frontend.office.staff.views import STAFF, stores_of

SIGNED_OUT, STALE, CONFLICT = 401, 412, 409


@get(f"{STAFF}/{{user_id:uuid}}", name="office-member")
async def show_member(request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]) -> Response[str]:
    member = await get_member(caller, user_id)
    return await _page(request, caller, member, form_of(member))


@post(f"{STAFF}/{{user_id:uuid}}")
async def take_member(request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]) -> Response[str]:
    form, member = await read_form(request), await get_member(caller, user_id)
    try:
        await change_member(caller, user_id, change_of(form, is_own=_is_own(request, member)), version=version_of(form))
    except BackendProblem as problem:
        if problem.status == STALE:
            return await _stale(request, caller, member, form, problem)
        if problem.status != CONFLICT:
            raise
        form.errors[""] = problem.sentence
        return await _page(request, caller, member, form, status=CONFLICT)
    return redirect(request, f"{STAFF}?done=saved")


@post(f"{STAFF}/{{user_id:uuid}}/remove")
async def take_removal(request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]) -> Response[str]:
    try:
        await remove_member(caller, user_id)
    except BackendProblem as problem:
        if problem.status != CONFLICT:
            raise
        member = await get_member(caller, user_id)
        form = form_of(member)
        form.errors[""] = problem.sentence
        return await _page(request, caller, member, form, status=CONFLICT)
    return redirect(request, f"{STAFF}?done=removed")


@post(f"{STAFF}/{{user_id:uuid}}/unlock-pin")
async def take_unlock(request: Request, caller: NamedDependency[Caller], user_id: FromPath[UUID]) -> Response[str]:
    """At a store where both work: an owner works at each."""
    member = await get_member(caller, user_id)
    theirs = {place.store_id for place in member.stores}
    stores = [store for store in stores_of(request) if store.id in theirs] or stores_of(request)
    try:
        await change_pin(caller.at_store(stores[0].code) if stores else caller, user_id, "unlock")
    except BackendProblem as problem:
        if problem.status == SIGNED_OUT:
            raise
        form = form_of(member)
        form.errors[""] = problem.sentence
        return await _page(request, caller, member, form, status=problem.status)
    return redirect(request, f"{STAFF}?done=unlocked")


async def _stale(
    request: Request, caller: Caller, member: MemberDetail, form: Form, problem: BackendProblem
) -> Response[str]:
    """Shows what somebody else has saved; saving again overwrites it."""
    if _is_own(request, member):
        form.fields["role"] = member.role
    role, stores = stored_differences(form, member)
    if role is None and not stores:
        # Nothing differs: the same form was sent twice.
        return redirect(request, f"{STAFF}?done=saved")
    form.fields["version"] = str(member.version)
    who = saved_by(request, problem)
    return await _page(request, caller, member, form, status=STALE, stale=who, differences=(role, stores))


async def _page(
    request: Request,
    caller: Caller,
    member: MemberDetail,
    form: Form,
    *,
    status: int = 200,
    stale: str = "",
    differences: tuple[str | None, object] | None = None,
) -> Response[str]:
    permissions, stores = (await list_permissions(caller)).permissions, stores_of(request)
    return page(
        request,
        "office/staff/editor.html",
        status=status,
        member=member,
        form=form,
        stores=stores,
        given=[permission for permission in permissions if permission.is_given],
        proposes=False,
        is_own=_is_own(request, member),
        stale=stale,
        differences=differences,
        messages=StaffMessages(language_of(request), stores, permissions),
    )


def _is_own(request: Request, member: MemberDetail) -> bool:
    person = find_person(request)
    return person is not None and person.email == member.email
