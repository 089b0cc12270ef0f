"""The people who work for the merchant, and those who are invited."""

from collections.abc import Awaitable
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.people import list_invitations, list_members, resend_invitation, withdraw_invitation
from frontend.api.responses import BackendProblem
from frontend.kit.forms import read_query
from frontend.kit.pages import page, redirect
from frontend.kit.person import Store, find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.staff.messages import StaffMessages

STAFF = "/office/staff"
QUERY_MAX = 100
GONE, NOT_FOUND = 410, 404


@dataclass(frozen=True, slots=True)
class Asked:
    query: str
    after: str | None


@get(STAFF, name="office-staff")
async def show_staff(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    form = read_query(request)
    asked = Asked(form.text("query")[:QUERY_MAX], form.optional("after"))
    try:
        members = await list_members(caller, query=asked.query, after=asked.after)
    except BackendProblem as problem:
        if problem.status != GONE:
            raise
        asked = Asked(asked.query, None)
        members = await list_members(caller, query=asked.query, after=None)
    return page(
        request,
        "office/staff/page.html",
        members=members,
        invitations=(await list_invitations(caller, "merchant")).invitations,
        asked=asked,
        done=form.text("done"),
        messages=StaffMessages(language_of(request), stores_of(request)),
    )


@post(f"{STAFF}/invitations/{{invitation_id:uuid}}/resend")
async def take_resend_invitation(
    request: Request, caller: NamedDependency[Caller], invitation_id: FromPath[UUID]
) -> Response[str]:
    return await _changed(request, resend_invitation(caller, "merchant", invitation_id), done="resent")


@post(f"{STAFF}/invitations/{{invitation_id:uuid}}/withdraw")
async def take_withdrawal(
    request: Request, caller: NamedDependency[Caller], invitation_id: FromPath[UUID]
) -> Response[str]:
    return await _changed(request, withdraw_invitation(caller, "merchant", invitation_id), done="withdrawn")


async def _changed(request: Request, change: Awaitable[object], *, done: str) -> Response[str]:
    """An invitation that is no longer open has been accepted or withdrawn meanwhile."""
    try:
        await change
    except BackendProblem as problem:
        if problem.status != NOT_FOUND:
            raise
        done = "gone"
    return redirect(request, f"{STAFF}?done={done}")


def stores_of(request: Request) -> list[Store]:
    person = find_person(request)
    return person.stores if person else []
