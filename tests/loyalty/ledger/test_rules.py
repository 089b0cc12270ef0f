"""The rules as tables: plain values in, plain values out."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.loyalty.ledger.booking.card import CardMoment, LotState
from backend.loyalty.ledger.booking.setup import TermsState
from backend.loyalty.ledger.rules.accrual import accrue, reverse_accrual
from backend.loyalty.ledger.rules.expiry import LotLife, end_of_day, expiry_of, lot_life, returned_life
from backend.loyalty.ledger.rules.lots import Take, expired_lots, give_back, live_lots, take, take_back_order
from backend.loyalty.ledger.rules.stamps import next_stamp_at, stamps_left_today
from tests.world.caller import Json

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 7, 22, 10, 0, tzinfo=UTC)
ONE, FIFTIETH, HALF_MORE = Fraction(1), Fraction(1, 50), Fraction(3, 2)


@pytest.fixture(autouse=True)
def adds_up() -> None:
    """Nothing is booked here."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def terms(**given_terms: Any) -> TermsState:
    told: Json = {
        "version": 1,
        "points_numerator": 1,
        "points_denominator": 1,
        "minimum_purchase_cents": 0,
        "minimum_redemption_points": 0,
        "welcome_bonus_points": 0,
        "stamps_target": 10,
        "stamp_reward": {},
        "cooldown_minutes": 15,
        "max_daily_stamps": 5,
        "expiry_kind": "none",
        "expiry_days": None,
        "expiry_period": None,
        "return_policy": "debt",
        "published_at": NOW,
    }
    return TermsState(**told | given_terms)


def lot(number: int, remaining: int, expires_at: datetime | None = None, idle_days: int | None = None) -> LotState:
    nobody = UUID(int=0)
    return LotState(nobody, UUID(int=number), nobody, nobody, "points", remaining, remaining, expires_at, idle_days)


def at(now: datetime) -> CardMoment:
    """The customer was here this morning."""
    return CardMoment(now, NOW, LUXEMBOURG)


def live(lots: list[LotState], now: datetime = NOW, last_activity_at: datetime = NOW) -> list[int]:
    found = live_lots(lots, "points", CardMoment(now, last_activity_at, LUXEMBOURG))
    return [entry.id.int for entry in found]


@pytest.mark.parametrize(
    ("sales", "rate", "points"),
    [
        ([2550], ONE, [25]),
        ([2550, 50], ONE, [25, 1]),
        ([3000, 2000], FIFTIETH, [0, 1]),
        ([4999, 1], FIFTIETH, [0, 1]),
        ([1], ONE, [0]),
        ([33, 33, 33, 1], ONE, [0, 0, 0, 1]),
        ([1000], HALF_MORE, [15]),
        ([1001, 33, 33], HALF_MORE, [15, 0, 1]),
        ([333, 333, 334], Fraction(1, 3), [1, 1, 1]),
        ([100_000_000], Fraction(100), [100_000_000]),
    ],
)
def test_each_sale_earns_whole_points_and_carries_the_rest(sales: list[int], rate: Fraction, points: list[int]) -> None:
    carry, earned = Fraction(0), []
    for cents in sales:
        accrual = accrue(cents, rate, carry)
        earned.append(accrual.points)
        carry = accrual.carry
    assert earned == points
    assert 0 <= carry < 1


@given(
    st.lists(st.integers(1, 1_000_000), min_size=1, max_size=20),
    st.fractions(Fraction(1, 1000), Fraction(100), max_denominator=1000),
)
def test_however_a_sum_is_split_into_sales_it_earns_the_same(sales: list[int], rate: Fraction) -> None:
    carry, points = Fraction(0), 0
    for cents in sales:
        accrual = accrue(cents, rate, carry)
        points, carry = points + accrual.points, accrual.carry
    whole = accrue(sum(sales), rate, Fraction(0))
    assert (points, carry) == (whole.points, whole.carry)
    assert isinstance(points, int)
    assert isinstance(carry, Fraction)


@pytest.mark.parametrize(
    ("sale", "carry", "back", "carry_after"),
    [
        ((2550, ONE, 25), "1/2", 25, "0"),
        ((3000, FIFTIETH, 0), "3/5", 0, "0"),
        # 30 € then 20 € on a 50-€ rule: without the 20 € there was no point yet.
        ((2000, FIFTIETH, 1), "0", 1, "3/5"),
        # Without the 30 € there would be no point, but a sale never costs more than it gave: later sales make it up.
        ((3000, FIFTIETH, 0), "0", 0, "-3/5"),
        # 60 € gave one point and 1/5; later 30 € made it 4/5.
        ((6000, FIFTIETH, 1), "4/5", 1, "3/5"),
        # It completed a point together with sales before it: without it that point's fraction is there again.
        ((7500, FIFTIETH, 2), "9/10", 1, "2/5"),
    ],
)
def test_taking_a_sale_back_leaves_what_the_others_alone_had_given(
    sale: tuple[int, Fraction, int], carry: str, back: int, carry_after: str
) -> None:
    cents, rate, earned = sale
    reversal = reverse_accrual(cents, rate, Fraction(carry), earned)
    assert (reversal.points, reversal.carry) == (back, Fraction(carry_after))


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=8),
    st.fractions(Fraction(1, 500), Fraction(100), max_denominator=500),
    st.data(),
)
def test_any_split_of_a_return_sums_to_the_whole_and_never_costs_more_than_the_sale_gave(
    sales: list[int], rate: Fraction, data: st.DataObject
) -> None:
    carry, given_points = Fraction(0), []
    for cents in sales:
        accrual = accrue(cents, rate, carry)
        carry = accrual.carry
        given_points.append(accrual.points)
    which = data.draw(st.integers(0, len(sales) - 1))
    cuts = sorted(data.draw(st.sets(st.integers(1, sales[which]), max_size=5)) | {0, sales[which]})
    whole = reverse_accrual(sales[which], rate, carry, given_points[which])
    back = 0
    for part in (after - before for before, after in pairwise(cuts)):
        reversal = reverse_accrual(part, rate, carry, given_points[which] - back)
        assert reversal.points >= 0
        back, carry = back + reversal.points, reversal.carry
    assert (back, carry) == (whole.points, whole.carry)
    assert back <= given_points[which]


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=8),
    st.fractions(Fraction(1, 500), Fraction(100), max_denominator=500),
    st.data(),
)
def test_returns_of_any_parts_in_any_order_give_exactly_the_worth_of_all_sales(
    sales: list[int], rate: Fraction, data: st.DataObject
) -> None:
    carry, points = Fraction(0), []
    for cents in sales:
        accrual = accrue(cents, rate, carry)
        carry = accrual.carry
        points.append(accrual.points)
    order = data.draw(st.permutations(range(len(sales))))
    returned = order[: data.draw(st.integers(0, len(sales)))]
    for which in returned:
        reversal = reverse_accrual(sales[which], rate, carry, points[which])
        points[which], carry = points[which] - reversal.points, reversal.carry
    kept = sum(cents for which, cents in enumerate(sales) if which not in returned)
    assert sum(points) + carry == Fraction(kept, 100) * rate
    assert accrue(1, rate, Fraction(-2)).points == 0


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=8),
    st.fractions(Fraction(1, 500), Fraction(100), max_denominator=500),
)
def test_taking_every_sale_back_latest_first_leaves_nothing(sales: list[int], rate: Fraction) -> None:
    carry, given_points = Fraction(0), []
    for cents in sales:
        accrual = accrue(cents, rate, carry)
        carry = accrual.carry
        given_points.append(accrual.points)
    for cents, earned in reversed(list(zip(sales, given_points, strict=True))):
        reversal = reverse_accrual(cents, rate, carry, earned)
        assert reversal.points == earned
        carry = reversal.carry
    assert carry == 0


def test_lots_are_spent_soonest_expiry_first_then_oldest() -> None:
    lots = [
        lot(1, 10),
        lot(2, 10, utc("2026-12-31")),
        lot(3, 10, utc("2026-08-01")),
        lot(4, 10, utc("2026-12-31")),
        lot(5, 10),
    ]
    assert live(lots) == [3, 2, 4, 1, 5]


def test_a_lot_cannot_be_spent_from_the_instant_it_expires() -> None:
    dying = lot(1, 10, NOW)
    assert live([dying], NOW - timedelta(microseconds=1)) == [1]
    assert live([dying], NOW) == []
    assert expired_lots([dying], at(NOW - timedelta(microseconds=1))) == []
    assert expired_lots([dying], at(NOW)) == [dying]
    assert expired_lots([lot(2, 0, NOW)], at(NOW)) == []


@given(st.lists(st.integers(1, 1000), max_size=8), st.data())
def test_spending_takes_exactly_the_amount_and_never_more_than_a_lot_holds(
    amounts: list[int], data: st.DataObject
) -> None:
    lots = [lot(number, remaining) for number, remaining in enumerate(amounts)]
    amount = data.draw(st.integers(0, sum(amounts)))
    takes = take(lots, amount)
    assert sum(part.amount for part in takes) == amount
    assert all(0 < part.amount <= amounts[part.lot_id.int] for part in takes)
    assert all(earlier.lot_id < later.lot_id for earlier, later in pairwise(takes))


def test_spending_more_than_there_is_is_a_fault_of_the_caller() -> None:
    with pytest.raises(AssertionError):
        take([lot(1, 5)], 6)


def test_a_return_takes_the_sales_own_lots_first() -> None:
    lots = [lot(1, 5), lot(2, 5), lot(3, 5)]
    assert [entry.id.int for entry in take_back_order(lots, {UUID(int=2)})] == [2, 1, 3]
    assert [entry.id.int for entry in take_back_order(lots, {UUID(int=3), UUID(int=2)})] == [2, 3, 1]
    assert [entry.id.int for entry in take_back_order(lots, set())] == [1, 2, 3]
    lots[2].from_lot_id = UUID(int=9)
    assert [entry.id.int for entry in take_back_order(lots, {UUID(int=9)})] == [3, 1, 2]


@pytest.mark.parametrize(
    ("day", "zone", "ends_at"),
    [
        (date(2026, 7, 22), LUXEMBOURG, "2026-07-22T22:00"),
        (date(2026, 1, 22), LUXEMBOURG, "2026-01-22T23:00"),
        # The clocks go forward on 29 March: the day has 23 hours, and ends in summer time.
        (date(2026, 3, 28), LUXEMBOURG, "2026-03-28T23:00"),
        (date(2026, 3, 29), LUXEMBOURG, "2026-03-29T22:00"),
        # They go back on 25 October: 25 hours.
        (date(2026, 10, 24), LUXEMBOURG, "2026-10-24T22:00"),
        (date(2026, 10, 25), LUXEMBOURG, "2026-10-25T23:00"),
        (date(2028, 2, 29), LUXEMBOURG, "2028-02-29T23:00"),
        (date(2026, 12, 31), TOKYO, "2026-12-31T15:00"),
    ],
)
def test_a_day_ends_at_local_midnight(day: date, zone: ZoneInfo, ends_at: str) -> None:
    assert end_of_day(day, zone) == utc(ends_at)


@pytest.mark.parametrize(
    ("kind", "days", "period", "earned_at", "expires_at"),
    [
        ("rolling", 30, None, "2026-07-22T10:00", "2026-08-21T22:00"),
        # Ten past midnight in Luxembourg is still the evening before in UTC.
        ("rolling", 1, None, "2026-07-21T22:10", "2026-07-23T22:00"),
        ("rolling", 1, None, "2026-07-21T21:50", "2026-07-22T22:00"),
        ("rolling", 365, None, "2027-02-28T12:00", "2028-02-28T23:00"),
        ("rolling", 366, None, "2027-02-28T12:00", "2028-02-29T23:00"),
        ("rolling", 1, None, "2026-03-28T12:00", "2026-03-29T22:00"),
        ("rolling", 1, None, "2026-10-24T12:00", "2026-10-25T23:00"),
        ("end_of_period", None, "month", "2026-07-22T10:00", "2026-07-31T22:00"),
        ("end_of_period", None, "month", "2026-07-31T22:00", "2026-08-31T22:00"),
        ("end_of_period", None, "month", "2028-02-10T10:00", "2028-02-29T23:00"),
        ("end_of_period", None, "quarter", "2026-01-01T10:00", "2026-03-31T22:00"),
        ("end_of_period", None, "quarter", "2026-12-31T10:00", "2026-12-31T23:00"),
        ("end_of_period", None, "quarter", "2026-08-15T10:00", "2026-09-30T22:00"),
        ("end_of_period", None, "year", "2026-07-22T10:00", "2026-12-31T23:00"),
        ("end_of_period", None, "year", "2026-12-31T23:00", "2027-12-31T23:00"),
    ],
)
def test_points_expire_at_a_local_end_of_day(
    kind: str, days: int | None, period: str | None, earned_at: str, expires_at: str
) -> None:
    given_terms = terms(expiry_kind=kind, expiry_days=days, expiry_period=period)
    assert lot_life(given_terms, at(utc(earned_at))) == LotLife(utc(expires_at), None)


def test_without_expiry_points_live_for_ever() -> None:
    assert lot_life(terms(), at(NOW)) == LotLife(None, None)
    assert expiry_of(lot(1, 5), at(NOW)) is None


def test_points_that_expire_by_inactivity_follow_the_customers_last_visit() -> None:
    life = lot_life(terms(expiry_kind="inactivity", expiry_days=90), at(NOW))
    assert life == LotLife(None, 90)
    idle = lot(1, 10, idle_days=90)
    ends_at = utc("2026-10-20T22:00")
    assert expiry_of(idle, at(NOW)) == ends_at
    assert live([idle], ends_at - timedelta(microseconds=1)) == [1]
    assert live([idle], ends_at) == []
    assert live([idle], ends_at, last_activity_at=NOW + timedelta(days=1)) == [1]


@pytest.mark.parametrize(
    ("minutes_ago", "next_in"),
    [([], None), ([15], None), ([14], 1), ([0], 15), ([16, 30], None), ([1, 30], 14)],
)
def test_a_stamp_waits_for_the_cooldown(minutes_ago: list[int], next_in: int | None) -> None:
    stamped_at = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]
    expected = None if next_in is None else NOW + timedelta(minutes=next_in)
    assert next_stamp_at(stamped_at, terms(), NOW, LUXEMBOURG) == expected


def test_the_cooldown_ends_on_the_instant() -> None:
    stamped_at = [NOW]
    ends_at = NOW + timedelta(minutes=15)
    assert next_stamp_at(stamped_at, terms(), ends_at - timedelta(microseconds=1), LUXEMBOURG) == ends_at
    assert next_stamp_at(stamped_at, terms(), ends_at, LUXEMBOURG) is None


@pytest.mark.parametrize(
    ("now", "left", "next_at"),
    [
        ("2026-07-22T21:59:59", 0, "2026-07-22T22:00"),
        ("2026-07-22T22:00", 2, None),
        ("2026-07-23T10:00", 2, None),
    ],
)
def test_the_daily_limit_ends_at_midnight_of_the_store(now: str, left: int, next_at: str | None) -> None:
    stamped_at = [utc("2026-07-22T12:00"), utc("2026-07-21T22:00")]
    limit = terms(max_daily_stamps=2, cooldown_minutes=0)
    assert stamps_left_today(stamped_at, limit, utc(now), LUXEMBOURG) == left
    assert next_stamp_at(stamped_at, limit, utc(now), LUXEMBOURG) == (utc(next_at) if next_at else None)


def test_a_stamp_late_in_the_evening_counts_for_that_day_only() -> None:
    evening, limit = utc("2026-07-22T21:50"), terms(max_daily_stamps=1, cooldown_minutes=15)
    assert next_stamp_at([evening], limit, utc("2026-07-22T21:55"), LUXEMBOURG) == utc("2026-07-22T22:05")
    assert next_stamp_at([evening], limit, utc("2026-07-22T22:04"), LUXEMBOURG) == utc("2026-07-22T22:05")
    assert next_stamp_at([evening], limit, utc("2026-07-22T22:05"), LUXEMBOURG) is None


@pytest.mark.parametrize(
    ("expired_at", "lives_until", "has_grace"),
    [
        ("2026-07-22T09:00", "2026-08-05T10:00", True),
        ("2026-01-01T00:00", "2026-08-05T10:00", True),
        ("2026-09-01T00:00", "2026-09-01T00:00", False),
    ],
)
def test_a_lot_that_comes_back_late_gets_fourteen_days(expired_at: str, lives_until: str, has_grace: bool) -> None:
    life = returned_life(lot(1, 5, utc(expired_at)), at(NOW))
    assert (life.expires_at, life.idle_days, life.has_grace) == (utc(lives_until), None, has_grace)


def test_a_lot_that_never_expires_needs_no_grace() -> None:
    life = returned_life(lot(1, 5), at(NOW))
    assert (life.expires_at, life.has_grace) == (None, False)


def test_a_lot_gets_its_days_of_grace_once() -> None:
    spent = lot(1, 5, utc("2026-07-22T09:00"))
    spent.has_grace = True
    life = returned_life(spent, at(NOW))
    assert life.expires_at == utc("2026-07-22T09:00")


def test_a_redemption_that_comes_back_in_pieces_fills_its_lots_newest_first() -> None:
    one, two = UUID(int=1), UUID(int=2)
    paid = [(one, 30), (two, 20)]
    assert give_back(paid, 0, 25) == [Take(two, 20), Take(one, 5)]
    assert give_back(paid, 25, 25) == [Take(one, 25)]
    assert give_back(paid, 10, 40) == [Take(two, 10), Take(one, 30)]
