from uuid import UUID

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_USERS, VIEW_USERS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.identity.members.problems import OwnRole
from backend.identity.platform_users.actions import change_role, remove_admin
from backend.identity.platform_users.problems import LastSuperAdmin, UserNotFound
from backend.identity.platform_users.queries import list_admins
from backend.identity.platform_users.schemas import ChosenRole, PlatformUserList, PlatformUserView

WRITES = (all_of(for_platform(MANAGE_USERS), limited("change_users", 30)),)


class PlatformUserController(Controller):
    path = "/users"
    tags = ["Admin"]

    @get(
        operation_id="listAdmins",
        summary="Who administers the platform",
        guards=[for_platform(VIEW_USERS)],
        responses=refusals(*SIGNED_IN),
    )
    async def users(self, sessions: NamedDependency[Sessions]) -> PlatformUserList:
        async with sessions.committing() as session:
            return await list_admins(session)

    @put(
        "/{user_id:uuid}/role",
        operation_id="changeAdminRole",
        summary="Change the role of an administrator",
        description="In force with their next request. Nobody changes their own role.",
        guards=WRITES,
        responses=refusals(*SIGNED_IN, UserNotFound, OwnRole, LastSuperAdmin, ValidationFailed),
    )
    async def change(
        self,
        user_id: FromPath[UUID],
        data: JSONBody[ChosenRole],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
    ) -> PlatformUserView:
        async with sessions.committing() as session:
            return await change_role(session, platform_origin, user_id, data.role)

    @delete(
        "/{user_id:uuid}",
        operation_id="removeAdmin",
        summary="Remove an administrator: their sessions end at once",
        description="They can be invited again.",
        guards=WRITES,
        responses=refusals(*SIGNED_IN, UserNotFound, LastSuperAdmin),
    )
    async def remove(
        self,
        user_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
    ) -> None:
        async with sessions.committing() as session:
            await remove_admin(session, platform_origin, user_id)
