"""The features of a merchant and its stores."""

from urllib.parse import quote
from uuid import UUID

from backend.merchants.features.schemas import FeatureList, FeatureSwitch, FeatureSwitchBody
from frontend.api.client import Caller
from frontend.api.merchants import path_of


async def list_features(caller: Caller, code: str) -> FeatureList:
    return await caller.get(f"{path_of(code)}/features", FeatureList)


async def list_own_features(caller: Caller) -> FeatureList:
    return await caller.get("/merchant/features", FeatureList)


async def switch_feature(
    caller: Caller, code: str, feature: str, body: FeatureSwitchBody, *, store_id: UUID | None, version: int
) -> FeatureSwitch:
    """At the store, or for the merchant."""
    place = f"{path_of(code)}/stores/{store_id}" if store_id else path_of(code)
    return await caller.put(f"{place}/features/{quote(feature, safe='')}", body, FeatureSwitch, version=version)
