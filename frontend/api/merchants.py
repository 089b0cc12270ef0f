"""Merchants, their stores, policy and features, for administrators; the policy as the merchant reads it."""

from urllib.parse import quote
from uuid import UUID

from backend.administration.schemas import (
    MerchantChange,
    MerchantDetail,
    MerchantDraft,
    MerchantListed,
    ProgramSummary,
    StoreChange,
    StoreDetail,
    StoreDraft,
    TemplateChoice,
)
from backend.core.schemas import Page
from backend.identity.invitations.schemas import InvitationView, StaffInvitationDraft
from backend.identity.on_behalf.schemas import OnBehalfReason
from backend.identity.schemas import SessionView
from backend.merchants.features.schemas import FeatureList, FeatureSwitch, FeatureSwitchBody
from backend.merchants.policy.schemas import PolicyBody, PolicyDetail
from frontend.api.client import Caller

MERCHANTS = "/admin/merchants"
PAGE = 50


async def list_merchants(caller: Caller, *, query: str, after: str | None) -> Page[MerchantListed]:
    return await caller.get(MERCHANTS, Page[MerchantListed], query=query or None, after=after, limit=PAGE)


async def get_merchant(caller: Caller, code: str) -> MerchantDetail:
    return await caller.get(_path(code), MerchantDetail)


async def open_merchant(caller: Caller, draft: MerchantDraft) -> MerchantDetail:
    return await caller.post(MERCHANTS, draft, MerchantDetail)


async def change_merchant(caller: Caller, code: str, change: MerchantChange, *, version: int) -> MerchantDetail:
    return await caller.patch(_path(code), change, MerchantDetail, version=version)


async def add_program(caller: Caller, code: str, choice: TemplateChoice) -> ProgramSummary:
    return await caller.post(f"{_path(code)}/program", choice, ProgramSummary)


async def open_store(caller: Caller, code: str, draft: StoreDraft) -> StoreDetail:
    return await caller.post(f"{_path(code)}/stores", draft, StoreDetail)


async def change_store(caller: Caller, code: str, store_id: UUID, change: StoreChange, *, version: int) -> StoreDetail:
    return await caller.patch(f"{_path(code)}/stores/{store_id}", change, StoreDetail, version=version)


async def set_policy(caller: Caller, code: str, body: PolicyBody, *, version: int) -> PolicyDetail:
    return await caller.put(f"{_path(code)}/policy", body, PolicyDetail, version=version)


async def list_features(caller: Caller, code: str) -> FeatureList:
    return await caller.get(f"{_path(code)}/features", FeatureList)


async def switch_loyalty(
    caller: Caller, code: str, store_id: UUID, body: FeatureSwitchBody, *, version: int
) -> FeatureSwitch:
    path = f"{_path(code)}/stores/{store_id}/features/loyalty"
    return await caller.put(path, body, FeatureSwitch, version=version)


async def invite_to_merchant(caller: Caller, code: str, draft: StaffInvitationDraft) -> InvitationView:
    return await caller.post(f"{_path(code)}/invitations", draft, InvitationView)


async def resend_to_merchant(caller: Caller, code: str, invitation_id: UUID) -> InvitationView:
    return await caller.post(f"{_path(code)}/invitations/{invitation_id}/resend", None, InvitationView)


async def withdraw_from_merchant(caller: Caller, code: str, invitation_id: UUID) -> None:
    await caller.tell(f"{_path(code)}/invitations/{invitation_id}", method="DELETE")


async def begin_on_behalf(caller: Caller, code: str, body: OnBehalfReason) -> SessionView:
    """A session in which an administrator acts for the merchant."""
    return await caller.post(f"{_path(code)}/on-behalf", body, SessionView)


async def end_on_behalf(caller: Caller) -> None:
    await caller.tell("/merchant/on-behalf", method="DELETE")


def _path(code: str) -> str:
    return f"{MERCHANTS}/{quote(code, safe='')}"
