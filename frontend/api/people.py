"""People of a merchant and of the platform, and their invitations."""

from typing import Literal
from urllib.parse import quote
from uuid import UUID

from backend.core.schemas import Page
from backend.identity.invitations.schemas import (
    AcceptedInvitation,
    AcceptInvitation,
    AdminInvitationDraft,
    InvitationList,
    InvitationView,
    OwnInvitation,
    StaffInvitationDraft,
)
from backend.identity.members.schemas import MemberChange, MemberDetail
from backend.identity.platform_users.schemas import ChosenRole, PlatformUserList, PlatformUserView
from frontend.api.client import Caller

STAFF, USERS, OWN = "/merchant/staff", "/admin/users", "/storefront/invitations"
PAGE = 50
Audience = Literal["merchant", "admin"]


async def list_members(caller: Caller, *, query: str, after: str | None) -> Page[MemberDetail]:
    return await caller.get(STAFF, Page[MemberDetail], query=query or None, after=after, limit=PAGE)


async def get_member(caller: Caller, user_id: UUID) -> MemberDetail:
    return await caller.get(f"{STAFF}/{user_id}", MemberDetail)


async def change_member(caller: Caller, user_id: UUID, change: MemberChange, *, version: int) -> MemberDetail:
    return await caller.patch(f"{STAFF}/{user_id}", change, MemberDetail, version=version)


async def remove_member(caller: Caller, user_id: UUID) -> None:
    await caller.tell(f"{STAFF}/{user_id}", method="DELETE")


async def list_invitations(caller: Caller, audience: Audience) -> InvitationList:
    return await caller.get(f"/{audience}/invitations", InvitationList)


async def invite_member(caller: Caller, draft: StaffInvitationDraft) -> InvitationView:
    return await caller.post("/merchant/invitations", draft, InvitationView)


async def invite_admin(caller: Caller, draft: AdminInvitationDraft) -> InvitationView:
    return await caller.post("/admin/invitations", draft, InvitationView)


async def resend_invitation(caller: Caller, audience: Audience, invitation_id: UUID) -> InvitationView:
    return await caller.post(f"/{audience}/invitations/{invitation_id}/resend", None, InvitationView)


async def withdraw_invitation(caller: Caller, audience: Audience, invitation_id: UUID) -> None:
    await caller.tell(f"/{audience}/invitations/{invitation_id}", method="DELETE")


async def list_admins(caller: Caller) -> PlatformUserList:
    return await caller.get(USERS, PlatformUserList)


async def change_admin_role(caller: Caller, user_id: UUID, body: ChosenRole) -> PlatformUserView:
    return await caller.put(f"{USERS}/{user_id}/role", body, PlatformUserView)


async def remove_admin(caller: Caller, user_id: UUID) -> None:
    await caller.tell(f"{USERS}/{user_id}", method="DELETE")


async def get_own_invitation(caller: Caller, token: str) -> OwnInvitation:
    return await caller.get(f"{OWN}/{quote(token, safe='')}", OwnInvitation)


async def accept_invitation(caller: Caller, token: str, body: AcceptInvitation) -> AcceptedInvitation:
    return await caller.post(f"{OWN}/{quote(token, safe='')}/acceptance", body, AcceptedInvitation)
