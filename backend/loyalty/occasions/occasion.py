"""What a campaign is about: which customers have an occasion, and what they are written."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from backend.loyalty.marketing.models import MarketingPlan
from backend.loyalty.marketing.rules import QuietHours
from backend.loyalty.occasions.holder import CardHolder
from backend.merchants.models import Merchant
from backend.messaging.templates.declaration import MailTemplate, MailValues


@dataclass(frozen=True, slots=True)
class CampaignMoment:
    """A merchant's plan, and when a campaign runs for the merchant."""

    merchant: Merchant
    plan: MarketingPlan
    now: datetime
    quiet: QuietHours


class MarketingOccasion(ABC):
    """What a campaign is about."""

    template: MailTemplate[Any]
    page: int | None = None
    """How many customers who have consented a statement looks at, where no index finds those who have the occasion."""

    @abstractmethod
    def due(self, at: CampaignMoment) -> ColumnElement[bool] | None:
        """Which customers have it; None when the merchant does not want such emails."""

    @abstractmethod
    def mark(self, at: CampaignMoment) -> Mapping[str, Any]:
        """The columns of a customer who is queued for, so that there is no second email on this occasion."""

    @abstractmethod
    def say(self, holder: CardHolder, at: CampaignMoment) -> MailValues: ...
