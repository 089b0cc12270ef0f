"""People of a merchant, invited by administrators of the platform."""

from uuid import UUID

from litestar import Controller, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_MERCHANTS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.invitations.actions import invite_to_merchant, resend, withdraw
from backend.identity.invitations.problems import (
    AccountDeactivated,
    AlreadyInvited,
    AlreadyMember,
    InvitationNotFound,
    WorksForPlatform,
)
from backend.identity.invitations.schemas import InvitationView, StaffInvitationDraft
from backend.identity.invitations.sender import Sender
from backend.merchants.guards import for_named_merchant
from backend.merchants.problems import MerchantNotFound

WRITES = (all_of(for_platform(MANAGE_MERCHANTS), limited("invite-to-merchant", 20), for_named_merchant),)
NAMED = (*SIGNED_IN, MerchantNotFound)


class AdminMerchantInvitationController(Controller):
    path = "/merchants/{merchant_code:str}/invitations"
    tags = ["Admin"]

    @post(
        operation_id="inviteToMerchant",
        summary="Invite somebody by email to own a merchant, or to work for it",
        description="The link works once, within 72 hours. Who has an account keeps it.",
        guards=WRITES,
        responses=refusals(
            *NAMED, AlreadyInvited, AlreadyMember, WorksForPlatform, AccountDeactivated, ValidationFailed
        ),
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

    @post(
        "/{invitation_id:uuid}/resend",
        operation_id="resendInvitationToMerchant",
        summary="Send it anew, with a new link and another 72 hours",
        description="The link of the former email opens nothing any more.",
        guards=WRITES,
        responses=refusals(*NAMED, InvitationNotFound),
    )
    async def resend(
        self,
        request: ApiRequest,
        invitation_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> InvitationView:
        async with sessions.committing(origin.merchant_id) as session:
            return await resend(session, Sender.of(resources_of(request)), origin, invitation_id)

    @delete(
        "/{invitation_id:uuid}",
        operation_id="withdrawInvitationToMerchant",
        summary="Withdraw it: its link opens nothing any more",
        guards=WRITES,
        responses=refusals(*NAMED, InvitationNotFound),
    )
    async def withdraw(
        self, invitation_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await withdraw(session, origin, invitation_id)
