"""When a merchant is told that its customers leave, or do not come."""

from datetime import UTC, datetime, timedelta

from backend.loyalty.retention.rules import CustomerFigures

NOW = datetime(2026, 12, 2, 5, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def figures(
    active: int = 120, at_risk: int = 0, new: int = 9, *, live_for: timedelta = timedelta(90)
) -> CustomerFigures:
    return CustomerFigures(active, at_risk, new, NOW - live_for, NOW)


def test_a_merchant_loses_customers_when_more_than_a_fifth_is_at_risk() -> None:
    assert not figures(120, 24).is_losing_customers
    assert figures(120, 25).is_losing_customers
    assert figures(3, 1).is_losing_customers
    assert not figures(0, 0).is_losing_customers


def test_fewer_than_five_new_cards_are_few() -> None:
    assert figures(new=4).has_few_new_cards
    assert not figures(new=5).has_few_new_cards


def test_a_young_merchant_is_left_in_peace() -> None:
    week, two_months = timedelta(days=7), timedelta(days=60)
    assert figures(new=0, live_for=week).has_few_new_cards
    assert not figures(new=0, live_for=week - SECOND).has_few_new_cards
    assert figures(at_risk=120, live_for=two_months).is_losing_customers
    assert not figures(at_risk=120, live_for=two_months - SECOND).is_losing_customers


def test_where_nobody_can_join_nobody_is_missed() -> None:
    closed = figures(at_risk=120, new=0)._replace(live_since=None)
    assert not closed.has_few_new_cards
    assert not closed.is_losing_customers
