"""The table of permissions, for the office and for the platform."""

from litestar import Response, get
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.identity import list_permissions
from frontend.kit.pages import page
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.permissions.messages import PermissionMessages


@get("/office/staff/permissions", name="office-permissions")
async def show_office_permissions(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await _table(request, caller, back="/office/staff")


@get("/admin/users/permissions", name="admin-permissions")
async def show_admin_permissions(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await _table(request, caller, back="/admin/users")


async def _table(request: Request, caller: Caller, *, back: str) -> Response[str]:
    """`back`: the address of the people who have these permissions."""
    table, messages = await list_permissions(caller), PermissionMessages(language_of(request))
    person = find_person(request)
    roles = list(messages.roles()) if person and person.is_admin else ["merchant_owner"]
    groups = messages.groups([row for row in table.permissions if set(roles) & set(row.roles)])
    return page(request, "permissions/page.html", groups=groups, roles=roles, messages=messages, back=back)
