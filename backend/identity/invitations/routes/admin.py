from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_USERS, VIEW_USERS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.invitations.actions import invite_to_platform, resend, withdraw
from backend.identity.invitations.problems import (
    AccountDeactivated,
    AlreadyInvited,
    AlreadyMember,
    InvitationNotFound,
    WorksForMerchant,
)
from backend.identity.invitations.queries import list_invitations
from backend.identity.invitations.schemas import AdminInvitationDraft, InvitationList, InvitationView
from backend.identity.invitations.sender import Sender

WRITES = (all_of(for_platform(MANAGE_USERS), limited("invite-admin", 20)),)


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

    @post(
        operation_id="inviteAdmin",
        summary="Invite somebody by email to administer the platform",
        description="The link works once, within 72 hours.",
        guards=WRITES,
        responses=refusals(
            *SIGNED_IN, AlreadyInvited, AlreadyMember, WorksForMerchant, AccountDeactivated, ValidationFailed
        ),
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

    @post(
        "/{invitation_id:uuid}/resend",
        operation_id="resendAdminInvitation",
        summary="Send it anew, with a new link and another 72 hours",
        description="The link of the former email opens nothing any more.",
        guards=WRITES,
        responses=refusals(*SIGNED_IN, InvitationNotFound),
    )
    async def resend(
        self,
        request: ApiRequest,
        invitation_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
    ) -> InvitationView:
        async with sessions.committing() as session:
            return await resend(session, Sender.of(resources_of(request)), platform_origin, invitation_id)

    @delete(
        "/{invitation_id:uuid}",
        operation_id="withdrawAdminInvitation",
        summary="Withdraw it: its link opens nothing any more",
        guards=WRITES,
        responses=refusals(*SIGNED_IN, InvitationNotFound),
    )
    async def withdraw(
        self,
        invitation_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
    ) -> None:
        async with sessions.committing() as session:
            await withdraw(session, platform_origin, invitation_id)
