"""People of a merchant, invited by administrators of the platform."""

from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_MERCHANTS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.origin import Origin
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.invitations.actions import invite_to_merchant, resend, withdraw
from backend.identity.invitations.problems import WorksForPlatform
from backend.identity.invitations.routes.invitation_route import invite_route, resend_route, withdraw_route
from backend.identity.invitations.schemas import InvitationView, StaffInvitationDraft
from backend.identity.invitations.sender import Sender
from backend.merchants.guards import for_named_merchant
from backend.merchants.problems import MerchantNotFound

WRITES = all_of(for_platform(MANAGE_MERCHANTS), limited("invite-to-merchant", 20), for_named_merchant)
NAMED = (*SIGNED_IN, MerchantNotFound)


class AdminMerchantInvitationController(Controller):
    path = "/merchants/{merchant_code:str}/invitations"
    tags = ["Admin"]

    @invite_route(
        WRITES,
        operation_id="inviteToMerchant",
        summary="Invite somebody by email to own a merchant, or to work for it",
        works_elsewhere=WorksForPlatform,
        raised_by_guards=NAMED,
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

    @resend_route(WRITES, operation_id="resendInvitationToMerchant", raised_by_guards=NAMED)
    async def resend(
        self,
        request: ApiRequest,
        invitation_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> InvitationView:
        async with sessions.committing(origin.merchant_id) as session:
            return await resend(session, Sender.of(resources_of(request)), origin, invitation_id)

    @withdraw_route(WRITES, operation_id="withdrawInvitationToMerchant", raised_by_guards=NAMED)
    async def withdraw(
        self, invitation_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await withdraw(session, origin, invitation_id)
