from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_STAFF
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.invitations.actions import invite_to_merchant, resend, withdraw
from backend.identity.invitations.problems import WorksForPlatform
from backend.identity.invitations.queries import list_invitations
from backend.identity.invitations.routes.invitation_route import invite_route, resend_route, withdraw_route
from backend.identity.invitations.schemas import InvitationList, InvitationView, StaffInvitationDraft
from backend.identity.invitations.sender import Sender

WRITES = all_of(for_merchant(MANAGE_STAFF), limited("invite", 20))


class MerchantInvitationController(Controller):
    path = "/invitations"
    tags = ["Merchant"]

    @get(
        operation_id="listInvitations",
        summary="Invitations that were not accepted yet",
        guards=[for_merchant(MANAGE_STAFF)],
        responses=refusals(*SIGNED_IN),
    )
    async def invitations(self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]) -> InvitationList:
        async with sessions.committing(origin.merchant_id) as session:
            return await list_invitations(session, origin.merchant_id, origin.now)

    @invite_route(
        WRITES,
        operation_id="inviteMember",
        summary="Invite somebody by email to work for the merchant",
        works_elsewhere=WorksForPlatform,
        raised_by_guards=SIGNED_IN,
    )
    async def invite(
        self,
        request: ApiRequest,
        data: JSONBody[StaffInvitationDraft],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> InvitationView:
        async with sessions.committing() as session:
            return await invite_to_merchant(session, Sender.of(resources_of(request)), origin, data)

    @resend_route(WRITES, operation_id="resendInvitation", raised_by_guards=SIGNED_IN)
    async def resend(
        self,
        request: ApiRequest,
        invitation_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> InvitationView:
        async with sessions.committing(origin.merchant_id) as session:
            return await resend(session, Sender.of(resources_of(request)), origin, invitation_id)

    @withdraw_route(WRITES, operation_id="withdrawInvitation", raised_by_guards=SIGNED_IN)
    async def withdraw(
        self,
        invitation_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await withdraw(session, origin, invitation_id)
