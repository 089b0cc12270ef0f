"""The occasion of a birthday."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, or_

from backend.loyalty.customers.models import Customer
from backend.loyalty.marketing.rules import birthdays_to_greet
from backend.loyalty.occasions.holder import CardHolder
from backend.loyalty.occasions.occasion import CampaignMoment, MarketingOccasion
from backend.messaging.templates.catalog.loyalty_birthday import LOYALTY_BIRTHDAY, BirthdayValues


class Birthday(MarketingOccasion):
    template = LOYALTY_BIRTHDAY

    def due(self, at: CampaignMoment) -> ColumnElement[bool] | None:
        if not at.plan.sends_birthday_emails:
            return None
        return or_(
            *(
                (Customer.birthday == number)
                & (Customer.birthday_greeted_on.is_(None) | (Customer.birthday_greeted_on < day))
                for number, day in _birthdays(at).items()
            )
        )

    def mark(self, at: CampaignMoment) -> Mapping[str, Any]:
        return {"birthday_greeted_on": case(_birthdays(at), value=Customer.birthday)}

    def say(self, holder: CardHolder, at: CampaignMoment) -> BirthdayValues:  # noqa: ARG002
        return BirthdayValues(**holder.facts)


def _birthdays(at: CampaignMoment) -> dict[int, date]:
    """Of the day on which the email can be sent, where the merchant is: after the quiet hours."""
    zone = ZoneInfo(at.merchant.timezone)
    return birthdays_to_greet(at.quiet.after(at.now, zone).astimezone(zone).date())
