from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_STAFF
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import STORABLE, Page
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.identity.members import actions
from backend.identity.members.problems import LastOwner, MemberNotFound, OwnRole
from backend.identity.members.queries import get_member, list_members
from backend.identity.members.schemas import MemberChange, MemberDetail

READS = (for_merchant(MANAGE_STAFF),)
WRITES = (all_of(for_merchant(MANAGE_STAFF), limited("change_staff", 60)),)

PersonText = Annotated[
    str, QueryParameter(name="query", max_length=100, pattern=STORABLE, description="Words of names or addresses.")
]


class MerchantStaffController(Controller):
    path = "/staff"
    tags = ["Merchant"]

    @get(
        operation_id="listMembers",
        summary="Who works for the merchant, by name",
        guards=READS,
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def members(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        text: PersonText = "",
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[MemberDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return await list_members(session, origin, cursors, text=text, limit=limit, after=after)

    @get(
        "/{user_id:uuid}",
        operation_id="getMember",
        summary="One person who works for the merchant",
        guards=READS,
        responses={200: success(MemberDetail)} | refusals(*SIGNED_IN, MemberNotFound),
    )
    async def member(
        self, user_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[MemberDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await get_member(session, origin, user_id))

    @patch(
        "/{user_id:uuid}",
        operation_id="changeMember",
        summary="Change somebody’s role, stores or permissions",
        description="In force with their next request. Nobody changes their own role.",
        guards=WRITES,
        responses={200: success(MemberDetail)}
        | refusals(*SIGNED_IN, MemberNotFound, PreconditionRequired, Stale, OwnRole, LastOwner, ValidationFailed),
    )
    async def change(
        self,
        user_id: FromPath[UUID],
        data: JSONBody[MemberChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[MemberDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await actions.change_member(session, origin, user_id, data, if_match))

    @delete(
        "/{user_id:uuid}",
        operation_id="removeMember",
        summary="Remove somebody: they lose stores, PIN and sessions at once",
        description="What they have done keeps their name. They can be invited again.",
        guards=WRITES,
        responses=refusals(*SIGNED_IN, MemberNotFound, LastOwner),
    )
    async def remove(
        self, user_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await actions.remove_member(session, origin, user_id)
