"""The owner's choice of marketing emails."""

from litestar import Controller, Response, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.loyalty.marketing.actions import change_plan
from backend.loyalty.marketing.queries import show_plan
from backend.loyalty.marketing.schemas import MarketingPlanChange, MarketingPlanDetail


class MerchantMarketingController(Controller):
    path = "/loyalty/marketing-plan"
    tags = ["Loyalty - Merchant"]

    @get(
        operation_id="getMarketingPlan",
        summary="Which marketing emails are sent",
        guards=[for_merchant(MANAGE_PROGRAMS)],
        responses={200: success(MarketingPlanDetail)} | refusals(*SIGNED_IN),
    )
    async def plan(
        self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[MarketingPlanDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await show_plan(session, origin.merchant_id))

    @patch(
        operation_id="changeMarketingPlan",
        summary="Choose which marketing emails are sent",
        description="They go to customers who have consented, one a day at most and not at night.",
        guards=[all_of(for_merchant(MANAGE_PROGRAMS), limited("change_marketing_plan", 20))],
        responses={200: success(MarketingPlanDetail)}
        | refusals(*SIGNED_IN, PreconditionRequired, Stale, ValidationFailed),
    )
    async def change(
        self,
        data: JSONBody[MarketingPlanChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[MarketingPlanDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await change_plan(session, origin, data, if_match))
