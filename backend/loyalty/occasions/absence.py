"""The occasion of a long absence: once for each period without a visit."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from backend.loyalty.customers.models import Customer
from backend.loyalty.marketing.rules import idle_between
from backend.loyalty.occasions.due import LAST_CARD
from backend.loyalty.occasions.holder import CardHolder
from backend.loyalty.occasions.occasion import CampaignMoment, MarketingOccasion
from backend.messaging.templates.catalog.loyalty_reengagement import (
    LOYALTY_REENGAGEMENT,
    ReengagementValues,
    VisitFacts,
)


class Absence(MarketingOccasion):
    template = LOYALTY_REENGAGEMENT
    page = 5000

    def due(self, at: CampaignMoment) -> ColumnElement[bool] | None:
        if at.plan.reengagement_days is None:
            return None
        last_visit_at = LAST_CARD.c.last_activity_at
        is_unnoticed = Customer.reengaged_at.is_(None) | (Customer.reengaged_at < last_visit_at)
        return last_visit_at.between(*idle_between(at.now, at.plan.reengagement_days)) & is_unnoticed

    def mark(self, at: CampaignMoment) -> Mapping[str, Any]:
        return {"reengaged_at": at.now}

    def say(self, holder: CardHolder, at: CampaignMoment) -> ReengagementValues:
        last_day = holder.view.last_activity_at.astimezone(ZoneInfo(at.merchant.timezone)).date()
        return ReengagementValues(**holder.facts, visit=VisitFacts(last_day))
