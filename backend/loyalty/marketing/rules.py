"""When a marketing email may be sent, and for whom there is an occasion. Times of day are those of the merchant."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from backend.core.platform_settings import LimitSettings

PAUSE = timedelta(days=1)
"""Between two marketing emails to one mailbox, over all merchants."""
GREETED_LATE = timedelta(days=2)
"""A birthday is greeted so many days later at most: after an outage, or when another merchant was first."""
GOOD_FOR = {"loyalty_birthday": timedelta(days=3), "loyalty_reengagement": timedelta(days=7)}
"""How long after it was queued a marketing email may still be sent."""
ABSENCE_MAX = timedelta(days=3 * 365)
"""After three years without a visit a consent counts as forgotten, as the French data protection authority advises."""
FEBRUARY_28, FEBRUARY_29 = 228, 229


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Equal times: none."""

    begin: time
    end: time

    @classmethod
    def of(cls, limits: LimitSettings) -> Self:
        return cls(time(limits.quiet_hours_begin), time(limits.quiet_hours_end))

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """`now`, or the end of the quiet hours that it falls into."""
        local = now.astimezone(zone)
        if not self._covers(local.time()):
            return now
        is_before_midnight = local.time() > self.end
        day = local.date() + timedelta(days=1) if is_before_midnight else local.date()
        return datetime.combine(day, self.end, zone).astimezone(now.tzinfo)

    def _covers(self, moment: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


class WithheldReason(StrEnum):
    """Why a marketing email is not sent at all."""

    NO_CONSENT = "no_consent"
    CARD_INACTIVE = "card_inactive"
    CUSTOMER_RETURNED = "customer_returned"
    TEST_CUSTOMER = "test_customer"


@dataclass(frozen=True, slots=True)
class MarketingFacts:
    """What is known at the moment of sending."""

    code: str
    queued_at: datetime
    has_consent: bool
    is_card_active: bool
    last_visit_at: datetime
    is_test: bool = False


def find_obstacle(facts: MarketingFacts) -> WithheldReason | None:
    """Why the email must never be sent; None when nothing stands against it."""
    if not facts.has_consent:
        return WithheldReason.NO_CONSENT
    if facts.is_test:
        return WithheldReason.TEST_CUSTOMER
    if not facts.is_card_active:
        return WithheldReason.CARD_INACTIVE
    if facts.code == "loyalty_reengagement" and facts.last_visit_at > facts.queued_at:
        return WithheldReason.CUSTOMER_RETURNED
    return None


def birthdays_to_greet(today: date) -> dict[int, date]:
    """The birthdays of today and the days before, as month and day in one number: 229 is 29 February.

    In a year without a 29 February it is celebrated on the 28th.
    """
    days = [today - timedelta(days=late) for late in range(GREETED_LATE.days + 1)]
    birthdays = {day.month * 100 + day.day: day for day in days}
    last_of_february = birthdays.get(FEBRUARY_28)
    if last_of_february and not calendar.isleap(last_of_february.year):
        birthdays[FEBRUARY_29] = last_of_february
    return birthdays


def idle_between(now: datetime, idle_days: int) -> tuple[datetime, datetime]:
    """The last visit of customers who have been away long enough, but not so long that they have forgotten."""
    return now - ABSENCE_MAX, now - timedelta(days=idle_days)
