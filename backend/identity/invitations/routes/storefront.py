"""For the invited person, who has only the link."""

from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from backend.access.guards import limited
from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest, reader_language
from backend.identity.invitations.acceptance import accept_invitation, show_invitation
from backend.identity.invitations.problems import (
    AccountDeactivated,
    AlreadyMember,
    InvitationAccepted,
    InvitationExpired,
    InvitationNotFound,
    InvitationWithdrawn,
    NameRequired,
    WorksForMerchant,
    WorksForPlatform,
)
from backend.identity.invitations.schemas import AcceptedInvitation, AcceptInvitation, OwnInvitation
from backend.identity.known_devices import count_try
from backend.identity.problems import PasswordWrong
from backend.staff.problems import PASSWORD_REFUSED

USABLE = (InvitationNotFound, InvitationExpired, InvitationWithdrawn, InvitationAccepted)

InvitationToken = Annotated[str, PathParameter(max_length=100, description="The last part of the link in the email.")]


class InvitationController(Controller):
    path = "/invitations/{token:str}"
    tags = ["Auth"]

    @get(
        operation_id="getOwnInvitation",
        summary="What I am invited to",
        guards=[limited("invitation", 30)],
        responses=refusals(*USABLE, ValidationFailed),
    )
    async def invitation(self, token: InvitationToken, sessions: NamedDependency[Sessions]) -> OwnInvitation:
        async with sessions.committing() as session:
            return await show_invitation(session, token, clock.now())

    @post(
        "/acceptance",
        operation_id="acceptInvitation",
        summary="Accept my invitation, once",
        description="Then sign in. Tries count as tries to sign in to the account.",
        guards=[limited("accept-invitation", 10)],
        responses=refusals(
            *USABLE,
            PasswordWrong,
            *PASSWORD_REFUSED,
            NameRequired,
            AlreadyMember,
            WorksForPlatform,
            WorksForMerchant,
            AccountDeactivated,
            ValidationFailed,
        ),
    )
    async def accept(
        self,
        request: ApiRequest,
        token: InvitationToken,
        data: JSONBody[AcceptInvitation],
        sessions: NamedDependency[Sessions],
    ) -> AcceptedInvitation:
        now = clock.now()
        async with sessions.committing() as session:
            invitation = await show_invitation(session, token, now)
        await count_try(request, normalize_email(invitation.email), "")
        async with sessions.committing() as session:
            return await accept_invitation(
                session,
                token,
                data,
                now,
                language=reader_language(request),
                request_id=request.scope["state"]["request_id"],
            )
