"""Features of a merchant and its stores: admins switch them, the merchant sees them."""

from uuid import UUID

from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_merchant, for_platform, limited
from backend.access.permissions import MANAGE_MERCHANTS, MANAGE_PROGRAMS
from backend.access.problems import SIGNED_IN, StoreNotFound
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.merchants.features.actions import switch_feature
from backend.merchants.features.problems import FeatureUnknown
from backend.merchants.features.queries import list_features
from backend.merchants.features.schemas import FeatureList, FeatureSwitch, FeatureSwitchBody
from backend.merchants.guards import for_named_merchant
from backend.merchants.problems import MerchantNotFound

WRITES = (all_of(for_platform(MANAGE_MERCHANTS), limited("switch_feature", 60), for_named_merchant),)
VERSIONED = (*SIGNED_IN, MerchantNotFound, FeatureUnknown, PreconditionRequired, Stale, ValidationFailed)
FROM_NOW_ON = "`loyalty` is the switch with which a store goes live. In force with the next request."


class AdminFeatureController(Controller):
    path = "/merchants/{merchant_code:str}"
    tags = ["Admin"]

    @get(
        "/features",
        operation_id="listFeaturesOfMerchant",
        summary="A merchant’s features, and where each value comes from",
        guards=[all_of(for_platform(MANAGE_MERCHANTS), for_named_merchant)],
        responses=refusals(*SIGNED_IN, MerchantNotFound),
    )
    async def features(self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]) -> FeatureList:
        return await _list(sessions, origin)

    @put(
        "/features/{feature:str}",
        operation_id="switchFeatureOfMerchant",
        summary="Switch a feature for all stores that have no switch of their own",
        description=FROM_NOW_ON,
        guards=WRITES,
        responses={200: success(FeatureSwitch)} | refusals(*VERSIONED),
    )
    async def switch(
        self,
        feature: FromPath[str],
        data: JSONBody[FeatureSwitchBody],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[FeatureSwitch]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(
                await switch_feature(session, origin, feature, None, is_enabled=data.is_enabled, if_match=if_match)
            )

    @put(
        "/stores/{store_id:uuid}/features/{feature:str}",
        operation_id="switchFeatureOfStore",
        summary="Switch a feature at one store",
        description=FROM_NOW_ON,
        guards=WRITES,
        responses={200: success(FeatureSwitch)} | refusals(*VERSIONED, StoreNotFound),
    )
    async def switch_at_store(
        self,
        store_id: FromPath[UUID],
        feature: FromPath[str],
        data: JSONBody[FeatureSwitchBody],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[FeatureSwitch]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(
                await switch_feature(session, origin, feature, store_id, is_enabled=data.is_enabled, if_match=if_match)
            )


class MerchantFeatureController(Controller):
    path = "/features"
    tags = ["Merchant"]

    @get(
        operation_id="listFeatures",
        summary="The merchant’s features: which stores are live",
        description="Administrators of the platform switch them.",
        guards=[for_merchant(MANAGE_PROGRAMS)],
        responses=refusals(*SIGNED_IN),
    )
    async def features(self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]) -> FeatureList:
        return await _list(sessions, origin)


async def _list(sessions: Sessions, origin: Origin) -> FeatureList:
    async with sessions.committing(origin.merchant_id) as session:
        return await list_features(session, origin.merchant_id, origin.language)
