from litestar import Controller, get

from backend.access.guards import ON_BEHALF
from backend.access.permissions import BY_ROLE, FOR_API_KEYS, PERMISSIONS, TILL
from backend.access.problems import AUTHENTICATED
from backend.core.openapi import refusals
from backend.core.requests import ApiRequest, reader_language
from backend.identity.guards import signed_in
from backend.identity.permissions.schemas import PermissionTable, PermissionView
from i18n.translator import get_translator

ALWAYS = ("super_admin", "platform_admin", "merchant_owner")


class PermissionController(Controller):
    path = "/auth/permissions"
    tags = ["Auth"]

    @get(
        operation_id="listPermissions",
        summary="Every permission, where it works, and who has it",
        description=(
            "`store`: at the stores where it is given. `merchant`: for all stores as soon as it is given at one. "
            "`owner`: cannot be given. `platform`, `super_admin`: administrators of the platform."
        ),
        guards=[signed_in],
        opt={ON_BEHALF: True},
        security=[{"token": []}],
        responses=refusals(*AUTHENTICATED),
    )
    async def permissions(self, request: ApiRequest) -> PermissionTable:
        say = get_translator(reader_language(request)).gettext
        return PermissionTable(
            [
                PermissionView(
                    code=code,
                    title=say(permission.title),
                    about=say(permission.about),
                    scope=permission.scope,
                    is_given=permission.is_given,
                    is_proposed=code in TILL,
                    is_for_api_keys=code in FOR_API_KEYS,
                    roles=[role for role in ALWAYS if code in BY_ROLE[role]],
                )
                for code, permission in PERMISSIONS.items()
            ]
        )
