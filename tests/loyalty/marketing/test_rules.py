"""When a marketing email may be sent, by tables."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.loyalty.marketing.rules import (
    ABSENCE_MAX,
    MarketingFacts,
    QuietHours,
    WithheldReason,
    birthdays_to_greet,
    find_obstacle,
    idle_between,
)
from tests.world.caller import Json

LUXEMBOURG, AUCKLAND = ZoneInfo("Europe/Luxembourg"), ZoneInfo("Pacific/Auckland")
NIGHT = QuietHours(time(21), time(8))
QUEUED = datetime(2026, 11, 30, 9, tzinfo=UTC)
FACTS = MarketingFacts(
    code="loyalty_birthday",
    queued_at=QUEUED,
    has_consent=True,
    is_card_active=True,
    last_visit_at=QUEUED - timedelta(days=100),
)


def at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("local", "allowed"),
    [
        ("2026-11-30T07:59", "2026-11-30T08:00"),
        ("2026-11-30T08:00", "2026-11-30T08:00"),
        ("2026-11-30T20:59", "2026-11-30T20:59"),
        ("2026-11-30T21:00", "2026-12-01T08:00"),
        ("2026-11-30T23:59", "2026-12-01T08:00"),
        ("2026-12-01T00:00", "2026-12-01T08:00"),
        # The night in which the clocks go back has an hour more, the one in which they go forward an hour less.
        ("2026-10-24T22:00", "2026-10-25T08:00"),
        ("2026-03-28T22:00", "2026-03-29T08:00"),
    ],
)
@pytest.mark.parametrize("zone", [LUXEMBOURG, AUCKLAND], ids=str)
def test_an_email_of_the_night_waits_for_the_merchants_morning(local: str, allowed: str, zone: ZoneInfo) -> None:
    assert NIGHT.after(at(local, zone).astimezone(UTC), zone) == at(allowed, zone)


@pytest.mark.parametrize(
    ("quiet", "local", "allowed"),
    [
        (QuietHours(time(12), time(14)), "2026-11-30T12:30", "2026-11-30T14:00"),
        (QuietHours(time(12), time(14)), "2026-11-30T14:00", "2026-11-30T14:00"),
        (QuietHours(time(8), time(8)), "2026-11-30T03:00", "2026-11-30T03:00"),
        (QuietHours(time(0), time(8)), "2026-11-30T00:00", "2026-11-30T08:00"),
        (QuietHours(time(21), time(0)), "2026-11-30T22:00", "2026-12-01T00:00"),
    ],
)
def test_quiet_hours_may_lie_within_a_day_end_at_midnight_or_be_none(
    quiet: QuietHours, local: str, allowed: str
) -> None:
    assert quiet.after(at(local, LUXEMBOURG), LUXEMBOURG) == at(allowed, LUXEMBOURG)


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({}, None),
        ({"has_consent": False}, WithheldReason.NO_CONSENT),
        ({"has_consent": False, "is_card_active": False}, WithheldReason.NO_CONSENT),
        ({"is_card_active": False}, WithheldReason.CARD_INACTIVE),
        ({"code": "loyalty_reengagement"}, None),
        ({"code": "loyalty_reengagement", "last_visit_at": QUEUED + timedelta(hours=1)}, "customer_returned"),
        ({"last_visit_at": QUEUED + timedelta(hours=1)}, None),
    ],
)
def test_an_email_is_withheld_for_the_first_reason_there_is(changes: Json, obstacle: WithheldReason | None) -> None:
    assert find_obstacle(replace(FACTS, **changes)) == obstacle


@pytest.mark.parametrize(
    ("today", "numbers"),
    [
        (date(2026, 11, 30), {1130: date(2026, 11, 30), 1129: date(2026, 11, 29), 1128: date(2026, 11, 28)}),
        (date(2027, 1, 1), {101: date(2027, 1, 1), 1231: date(2026, 12, 31), 1230: date(2026, 12, 30)}),
        (
            date(2027, 2, 28),
            {228: date(2027, 2, 28), 229: date(2027, 2, 28), 227: date(2027, 2, 27), 226: date(2027, 2, 26)},
        ),
        (date(2028, 2, 28), {228: date(2028, 2, 28), 227: date(2028, 2, 27), 226: date(2028, 2, 26)}),
        (date(2028, 2, 29), {229: date(2028, 2, 29), 228: date(2028, 2, 28), 227: date(2028, 2, 27)}),
        (
            date(2027, 3, 1),
            {301: date(2027, 3, 1), 228: date(2027, 2, 28), 229: date(2027, 2, 28), 227: date(2027, 2, 27)},
        ),
    ],
)
def test_a_birthday_is_greeted_on_its_day_or_two_days_later_and_29_february_on_the_28th(
    today: date, numbers: dict[int, date]
) -> None:
    assert birthdays_to_greet(today) == numbers


def test_a_customer_who_has_been_away_for_three_years_is_left_in_peace() -> None:
    oldest, newest = idle_between(QUEUED, 90)
    assert (oldest, newest) == (QUEUED - ABSENCE_MAX, QUEUED - timedelta(days=90))
