"""The owner's choice of marketing emails."""

from backend.loyalty.marketing.schemas import MarketingPlanChange, MarketingPlanDetail
from frontend.api.client import Caller

PLAN = "/merchant/loyalty/marketing-plan"


async def get_plan(caller: Caller) -> MarketingPlanDetail:
    return await caller.get(PLAN, MarketingPlanDetail)


async def change_plan(caller: Caller, change: MarketingPlanChange, *, version: int) -> MarketingPlanDetail:
    return await caller.patch(PLAN, change, MarketingPlanDetail, version=version)
