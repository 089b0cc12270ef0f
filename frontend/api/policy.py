"""A merchant's policy, for administrators and for the merchant."""

from backend.merchants.policy.schemas import OwnPolicyChange, PolicyBody, PolicyDetail
from frontend.api.client import Caller
from frontend.api.merchants import path_of

OWN = "/merchant/policy"


async def get_policy(caller: Caller, code: str) -> PolicyDetail:
    return await caller.get(f"{path_of(code)}/policy", PolicyDetail)


async def set_policy(caller: Caller, code: str, body: PolicyBody, *, version: int) -> PolicyDetail:
    return await caller.put(f"{path_of(code)}/policy", body, PolicyDetail, version=version)


async def get_own_policy(caller: Caller) -> PolicyDetail:
    return await caller.get(OWN, PolicyDetail)


async def change_own_policy(caller: Caller, change: OwnPolicyChange, *, version: int) -> PolicyDetail:
    return await caller.patch(OWN, change, PolicyDetail, version=version)
