"""Merchants and their stores, for administrators."""

from urllib.parse import quote
from uuid import UUID

from backend.administration.schemas.merchants import MerchantChange, MerchantDetail, MerchantDraft, MerchantListed
from backend.administration.schemas.programs import ProgramSummary, TemplateChoice
from backend.administration.schemas.stores import StoreChange, StoreDetail, StoreDraft
from backend.core.schemas import Page
from backend.identity.invitations.schemas import InvitationView, StaffInvitationDraft
from backend.identity.on_behalf.schemas import OnBehalfReason
from backend.identity.schemas import SessionView
from frontend.api.client import Caller

MERCHANTS = "/admin/merchants"
PAGE = 50


async def list_merchants(caller: Caller, *, query: str, after: str | None) -> Page[MerchantListed]:
    return await caller.get(MERCHANTS, Page[MerchantListed], query=query or None, after=after, limit=PAGE)


async def get_merchant(caller: Caller, code: str) -> MerchantDetail:
    return await caller.get(path_of(code), MerchantDetail)


async def open_merchant(caller: Caller, draft: MerchantDraft) -> MerchantDetail:
    return await caller.post(MERCHANTS, draft, MerchantDetail)


async def change_merchant(caller: Caller, code: str, change: MerchantChange, *, version: int) -> MerchantDetail:
    return await caller.patch(path_of(code), change, MerchantDetail, version=version)


async def add_program(caller: Caller, code: str, choice: TemplateChoice) -> ProgramSummary:
    return await caller.post(f"{path_of(code)}/program", choice, ProgramSummary)


async def open_store(caller: Caller, code: str, draft: StoreDraft) -> StoreDetail:
    return await caller.post(f"{path_of(code)}/stores", draft, StoreDetail)


async def change_store(caller: Caller, code: str, store_id: UUID, change: StoreChange, *, version: int) -> StoreDetail:
    return await caller.patch(f"{path_of(code)}/stores/{store_id}", change, StoreDetail, version=version)


async def invite_to_merchant(caller: Caller, code: str, draft: StaffInvitationDraft) -> InvitationView:
    return await caller.post(f"{path_of(code)}/invitations", draft, InvitationView)


async def resend_to_merchant(caller: Caller, code: str, invitation_id: UUID) -> InvitationView:
    return await caller.post(f"{path_of(code)}/invitations/{invitation_id}/resend", None, InvitationView)


async def withdraw_from_merchant(caller: Caller, code: str, invitation_id: UUID) -> None:
    await caller.tell(f"{path_of(code)}/invitations/{invitation_id}", method="DELETE")


async def begin_on_behalf(caller: Caller, code: str, body: OnBehalfReason) -> SessionView:
    """A session in which an administrator acts for the merchant."""
    return await caller.post(f"{path_of(code)}/on-behalf", body, SessionView)


async def end_on_behalf(caller: Caller) -> None:
    await caller.tell("/merchant/on-behalf", method="DELETE")


def path_of(code: str) -> str:
    return f"{MERCHANTS}/{quote(code, safe='')}"
