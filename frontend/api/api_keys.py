"""The merchant's API keys."""

from uuid import UUID

from backend.api_keys.schemas import (
    ApiKeyChange,
    ApiKeyDetail,
    ApiKeyDraft,
    ApiKeyList,
    ApiKeyRotation,
    ApiKeySecret,
)
from frontend.api.client import Caller

KEYS = "/merchant/api-keys"


async def list_api_keys(caller: Caller) -> ApiKeyList:
    return await caller.get(KEYS, ApiKeyList)


async def get_api_key(caller: Caller, key_id: UUID) -> ApiKeyDetail:
    return await caller.get(f"{KEYS}/{key_id}", ApiKeyDetail)


async def create_api_key(caller: Caller, draft: ApiKeyDraft) -> ApiKeySecret:
    return await caller.post(KEYS, draft, ApiKeySecret)


async def change_api_key(caller: Caller, key_id: UUID, change: ApiKeyChange, *, version: int) -> ApiKeyDetail:
    return await caller.patch(f"{KEYS}/{key_id}", change, ApiKeyDetail, version=version)


async def rotate_api_key(caller: Caller, key_id: UUID, body: ApiKeyRotation) -> ApiKeySecret:
    return await caller.post(f"{KEYS}/{key_id}/rotate", body, ApiKeySecret)


async def revoke_api_key(caller: Caller, key_id: UUID) -> None:
    await caller.tell(f"{KEYS}/{key_id}", method="DELETE")
