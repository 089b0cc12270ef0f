from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_USERS, VIEW_USERS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import PlatformOrigin
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.invitations.actions import invite_to_platform, resend, withdraw
from backend.identity.invitations.problems import WorksForMerchant
from backend.identity.invitations.queries import list_invitations
from backend.identity.invitations.routes.invitation_route import invite_route, resend_route, withdraw_route
from backend.identity.invitations.schemas import AdminInvitationDraft, InvitationList, InvitationView
from backend.identity.invitations.sender import Sender

WRITES = all_of(for_platform(MANAGE_USERS), limited("invite-admin", 20))


class AdminInvitationController(Controller):
    path = "/invitations"
    tags = ["Admin"]

    @get(
        operation_id="listAdminInvitations",
        summary="Invitations that were not accepted yet",
        guards=[for_platform(VIEW_USERS)],
        responses=refusals(*SIGNED_IN),
    )
    async def invitations(
        self, platform_origin: NamedDependency[PlatformOrigin], sessions: NamedDependency[Sessions]
    ) -> InvitationList:
        async with sessions.committing() as session:
            return await list_invitations(session, None, platform_origin.now)

    @invite_route(
        WRITES,
        operation_id="inviteAdmin",
        summary="Invite somebody by email to administer the platform",
        works_elsewhere=WorksForMerchant,
        raised_by_guards=SIGNED_IN,
    )
    async def invite(
        self,
        request: ApiRequest,
        data: JSONBody[AdminInvitationDraft],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
    ) -> InvitationView:
        async with sessions.committing() as session:
            return await invite_to_platform(session, Sender.of(resources_of(request)), platform_origin, data)

    @resend_route(WRITES, operation_id="resendAdminInvitation", raised_by_guards=SIGNED_IN)
    async def resend(
        self,
        request: ApiRequest,
        invitation_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
    ) -> InvitationView:
        async with sessions.committing() as session:
            return await resend(session, Sender.of(resources_of(request)), platform_origin, invitation_id)

    @withdraw_route(WRITES, operation_id="withdrawAdminInvitation", raised_by_guards=SIGNED_IN)
    async def withdraw(
        self,
        invitation_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
    ) -> None:
        async with sessions.committing() as session:
            await withdraw(session, platform_origin, invitation_id)
