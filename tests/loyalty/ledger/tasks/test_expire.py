"""Points that have expired cannot be spent, whether or not anybody has booked that yet."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.booking import tries as trying
from backend.loyalty.ledger.booking.rows import Booking
from backend.loyalty.ledger.booking.state import decode_state
from backend.loyalty.ledger.booking.writer import write_each
from backend.loyalty.ledger.tasks import expire as expiring
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.operations.task_runs.actions import Progress
from tests.conftest import OpenShop
from tests.world.caller import Json, refused
from tests.world.patience import until
from tests.world.shop import Shop


async def test_expired_points_are_gone_without_any_task_and_booked_by_the_next_booking(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=120)
    expires_at = datetime.fromisoformat(card["next_expiry"]["expires_at"])
    assert card["next_expiry"]["points"] == 120
    clock.move(expires_at - clock.now() + timedelta(milliseconds=1))
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["next_expiry"]) == (0, None)
    with refused("insufficient_points", 409):
        await shop.anna.redeem(card, shop.rewards[100])
    booked = await shop.anna.earn(card, cents=500)
    assert booked["card"]["points_balance"] == 5
    told = [(row["kind"], row["amount"], row["points_balance"]) for row in (await shop.anna.history(card))["data"]]
    assert told == [("earned", 5, 5), ("expired", -120, 0), ("earned", 120, 120), ("enrolled", 0, 0)]


async def test_a_moment_before_they_can_still_be_spent(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=100)
    clock.move(datetime.fromisoformat(card["next_expiry"]["expires_at"]) - clock.now() - timedelta(seconds=2))
    assert (await shop.anna.redeem(card, shop.rewards[100]))["card"]["points_balance"] == 0


async def test_expiry_is_booked_once_and_without_a_store(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    card = await shop.a_card(points=100)
    clock.move(timedelta(days=12))
    for _ in range(3):
        await shop.anna.earn(card, cents=100)
    (line,) = [row for row in (await shop.anna.history(card))["data"] if row["kind"] == "expired"]
    assert (line["store"], line["user"], line["amount"]) == (None, None, -100)
    assert "expired" not in {row["kind"] for row in (await shop.anna.bookings())["data"]}


async def test_by_inactivity_every_visit_postpones_the_end(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": 30})
    card = await shop.a_card(points=10)
    clock.move(timedelta(days=29))
    await shop.anna.stamp(card)
    clock.move(timedelta(days=29))
    assert (await shop.anna.show(card))["points_balance"] == 10
    clock.move(timedelta(days=3))
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_a_visit_after_the_end_does_not_bring_the_points_back(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "inactivity", "expiry_days": 30})
    card = await shop.a_card(points=10)
    clock.move(timedelta(days=32))
    assert (await shop.anna.earn(card, cents=300))["card"]["points_balance"] == 3


async def test_a_change_of_the_rules_leaves_earned_points_as_they_are(opened: OpenShop) -> None:
    shop = await opened()
    card = await shop.a_card(points=10)
    await shop.publish(expiry_kind="rolling", expiry_days=1)
    await shop.anna.earn(card, cents=500)
    clock.move(timedelta(days=5))
    assert (await shop.anna.show(card))["points_balance"] == 10


async def test_the_page_of_a_card_counts_only_what_lives(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "end_of_period", "expiry_period": "month"})
    card = await shop.a_card(points=100)
    assert card["rewards"][0]["redeemable"]
    clock.move(timedelta(days=32))
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["rewards"][0]["redeemable"]) == (0, False)


def be_at(moment: str) -> None:
    """UTC."""
    clock.move(datetime.fromisoformat(moment).replace(tzinfo=UTC) - clock.now())


async def expire(shop: Shop, *, dry_run: bool = False) -> Progress:
    report = Progress()
    await PointsExpiry(shop.services.ledger, clock.now(), report, dry_run).run([shop.merchant_id])
    return report


def booked(report: Progress) -> tuple[int, int]:
    return report.counts["processed"], report.counts["expired_points"]


ROLLING = {"expiry_kind": "rolling", "expiry_days": 10}
LINES_OF = "SELECT count(*), count(DISTINCT xmin::text) FROM transactions WHERE merchant_id = $1 AND kind = 'expired'"
IDLE = {"expiry_kind": "inactivity", "expiry_days": 30}


def to_the_end_of(period: str) -> dict[str, str]:
    return {"expiry_kind": "end_of_period", "expiry_period": period}


@pytest.mark.parametrize(
    ("zone", "terms", "earned_at", "ends_at"),
    [
        # The clocks go forward on 28 March 2027 and back on 31 October.
        ("Europe/Luxembourg", {"expiry_kind": "rolling", "expiry_days": 1}, "2027-03-26T12:00", "2027-03-27T23:00"),
        ("Europe/Luxembourg", {"expiry_kind": "rolling", "expiry_days": 1}, "2027-03-27T12:00", "2027-03-28T22:00"),
        ("Europe/Luxembourg", {"expiry_kind": "rolling", "expiry_days": 1}, "2027-10-30T12:00", "2027-10-31T23:00"),
        ("Europe/Luxembourg", IDLE, "2027-02-26T12:00", "2027-03-28T22:00"),
        ("Europe/Luxembourg", IDLE, "2027-10-01T12:00", "2027-10-31T23:00"),
        # Half past eleven in the evening, and one hour less until the end of the 30th day.
        ("Europe/Luxembourg", IDLE, "2027-02-26T22:30", "2027-03-28T22:00"),
        # Half past eleven in the evening, UTC, is the day after; in Tokyo the day began at three in the afternoon.
        ("Europe/Luxembourg", to_the_end_of("month"), "2027-01-31T22:30", "2027-01-31T23:00"),
        ("Europe/Luxembourg", to_the_end_of("month"), "2027-01-31T23:30", "2027-02-28T23:00"),
        ("Europe/Luxembourg", to_the_end_of("month"), "2028-02-10T12:00", "2028-02-29T23:00"),
        ("Europe/Luxembourg", to_the_end_of("month"), "2027-03-31T12:00", "2027-03-31T22:00"),
        ("Europe/Luxembourg", to_the_end_of("quarter"), "2027-02-10T12:00", "2027-03-31T22:00"),
        ("Europe/Luxembourg", to_the_end_of("year"), "2027-02-10T12:00", "2027-12-31T23:00"),
        ("Asia/Tokyo", to_the_end_of("month"), "2027-01-31T14:59", "2027-01-31T15:00"),
        ("Asia/Tokyo", to_the_end_of("month"), "2027-01-31T15:01", "2027-02-28T15:00"),
        ("America/New_York", {"expiry_kind": "rolling", "expiry_days": 31}, "2027-01-31T12:00", "2027-03-04T05:00"),
        ("America/New_York", to_the_end_of("year"), "2027-12-31T23:00", "2028-01-01T05:00"),
        ("Asia/Kathmandu", IDLE, "2027-01-31T12:00", "2027-03-02T18:15"),
        # Its clocks go forward at midnight: the day after begins at one.
        ("America/Havana", {"expiry_kind": "rolling", "expiry_days": 1}, "2027-03-12T12:00", "2027-03-14T05:00"),
        ("Pacific/Auckland", IDLE, "2027-03-05T12:00", "2027-04-05T12:00"),
    ],
)
async def test_points_end_at_a_local_end_of_day_and_are_booked_from_then_on(
    opened: OpenShop, zone: str, terms: Json, earned_at: str, ends_at: str
) -> None:
    shop = await opened(terms=terms, timezone=zone)
    be_at(earned_at)
    card = await shop.a_card(points=100)
    expires_at = datetime.fromisoformat(ends_at).replace(tzinfo=UTC)
    assert card["next_expiry"] == {"expires_at": expires_at.isoformat().replace("+00:00", "Z"), "points": 100}
    clock.move(expires_at - clock.now() - timedelta(seconds=2))
    assert booked(await expire(shop)) == (0, 0)
    assert (await shop.anna.show(card))["points_balance"] == 100
    clock.move(timedelta(seconds=2))
    assert (await shop.anna.show(card))["points_balance"] == 0
    assert booked(await expire(shop, dry_run=True)) == (1, 100)
    assert booked(await expire(shop)) == (1, 100)
    assert booked(await expire(shop)) == (0, 0)
    line = (await shop.anna.history(card))["data"][0]
    assert (line["kind"], line["amount"], line["store"], line["user"]) == ("expired", -100, None, None)


async def test_points_without_an_end_stay(opened: OpenShop) -> None:
    shop = await opened()
    card = await shop.a_card(points=100, stamps=2)
    clock.move(timedelta(days=20 * 365))
    assert booked(await expire(shop)) == (0, 0)
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["stamp_count"], seen["next_expiry"]) == (100, 2, None)


async def test_stamps_never_expire(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(stamps=3, points=5)
    clock.move(timedelta(days=400))
    assert booked(await expire(shop)) == (1, 5)
    assert (await shop.anna.show(card))["stamp_count"] == 3


KINDS: dict[str, Json] = {
    "none": {"expiry_kind": "none"},
    "idle": IDLE,
    "idle sooner": {"expiry_kind": "inactivity", "expiry_days": 5},
    "rolling": {"expiry_kind": "rolling", "expiry_days": 20},
    "rolling sooner": {"expiry_kind": "rolling", "expiry_days": 1},
    "month": to_the_end_of("month"),
    "year": to_the_end_of("year"),
}


@pytest.mark.parametrize("earlier", KINDS)
async def test_no_change_of_terms_shortens_what_was_earned(opened: OpenShop, earlier: str) -> None:
    """Nor does it prolong it: every point keeps what it was promised when it was earned."""
    shop = await opened(terms=KINDS[earlier])
    be_at("2027-01-10T12:00")
    card = await shop.a_card(points=100)
    for terms in KINDS.values():
        await shop.publish(**terms)
        assert (await shop.anna.show(card))["next_expiry"] == card["next_expiry"]
    if card["next_expiry"]:
        clock.move(datetime.fromisoformat(card["next_expiry"]["expires_at"]) - clock.now() - timedelta(seconds=1))
        assert booked(await expire(shop)) == (0, 0)
        clock.move(timedelta(seconds=1))
        assert booked(await expire(shop)) == (1, 100)


async def test_the_next_end_counts_all_points_that_end_then_also_those_set_aside(opened: OpenShop) -> None:
    shop = await opened(terms=to_the_end_of("month"))
    be_at("2027-01-10T12:00")
    card = await shop.a_card(points=100)
    await shop.publish(**to_the_end_of("year"))
    be_at("2027-01-11T12:00")
    await shop.anna.earn(card, cents=1000)
    await shop.publish(**to_the_end_of("month"))
    be_at("2027-01-12T12:00")
    booking = await shop.anna.earn(card, cents=2000)
    assert booking["card"]["next_expiry"] == {"expires_at": "2027-01-31T23:00:00Z", "points": 120}
    held = await shop.anna.reserve(card, shop.rewards[100])
    assert held["card"]["next_expiry"] == {"expires_at": "2027-01-31T23:00:00Z", "points": 120}
    await shop.anna.confirm(card, held["hold"])
    assert (await shop.anna.show(card))["next_expiry"] == {"expires_at": "2027-01-31T23:00:00Z", "points": 20}
    be_at("2027-02-01T00:00")
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["next_expiry"]["points"]) == (10, 10)
    assert booked(await expire(shop)) == (1, 20)


async def test_points_set_aside_expire_too_and_cannot_be_handed_over_any_more(opened: OpenShop) -> None:
    shop = await opened(terms=to_the_end_of("month"))
    be_at("2027-01-31T22:55")
    card = await shop.a_card(points=100)
    held = await shop.anna.reserve(card, shop.rewards[100])
    be_at("2027-01-31T23:01")
    assert booked(await expire(shop)) == (1, 100)
    with refused("insufficient_points", 409):
        await shop.anna.confirm(card, held["hold"])


async def test_a_visit_in_time_keeps_idle_points_and_the_task_knows(opened: OpenShop) -> None:
    shop = await opened(terms=IDLE)
    be_at("2027-01-01T12:00")
    stays, goes = await shop.a_card(points=10), await shop.a_card(points=20)
    be_at("2027-01-31T12:00")
    await shop.anna.stamp(stays)
    be_at("2027-02-01T12:00")
    assert booked(await expire(shop)) == (1, 20)
    assert [(await shop.anna.show(card))["points_balance"] for card in (stays, goes)] == [10, 0]


async def test_each_card_is_visited_once_however_many_lots_it_has_and_never_again(
    opened: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "CHUNK", 3)
    monkeypatch.setattr(expiring, "IDLE_CHUNK", 3)
    shop = await opened(terms=ROLLING)
    be_at("2027-01-01T12:00")
    cards = [await shop.a_card(points=10 + number) for number in range(8)]
    await shop.publish(**IDLE)
    be_at("2027-01-02T12:00")
    for card in cards[:5]:
        await shop.anna.earn(card, cents=100)
    await shop.publish(**ROLLING)
    for card in cards[:4]:
        await shop.anna.earn(card, cents=200)
    be_at("2027-03-01T12:00")
    tried, done = await expire(shop, dry_run=True), await expire(shop)
    assert tried.done == done.done == 8
    assert booked(tried) == booked(done) == (8, sum(range(10, 18)) + 5 + 8)
    again = await expire(shop)
    assert (again.done, booked(again)) == (0, (0, 0))


async def test_what_was_spent_in_time_is_not_visited(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(points=100)
    await shop.anna.redeem(card, shop.rewards[100])
    clock.move(timedelta(days=20))
    assert (await expire(shop)).done == 0


async def test_a_card_that_cannot_be_decided_or_written_fails_alone_and_is_named(
    opened: OpenShop, monkeypatch: pytest.MonkeyPatch, superuser: asyncpg.Connection
) -> None:
    """The others of its chunk are booked. When it is well again, the next run books it."""
    shop = await opened(terms=ROLLING)
    cards = [UUID((await shop.a_card(points=10))["id"]) for _ in range(9)]
    clock.move(timedelta(days=20))
    unreadable, broken = cards[2], cards[5]
    await superuser.execute("UPDATE cards SET points_balance = 3 WHERE id = $1", broken)
    with monkeypatch.context() as patch:
        patch.setattr(expiring, "decode_state", failing_for(unreadable))
        report = await expire(shop)
    assert booked(report) == (7, 70)
    assert (report.done, report.counts["failed"]) == (9, 2)
    assert report.failures == {
        str(unreadable): "RuntimeError: see the log of this time.",
        str(broken): "CheckViolationError: see the log of this time.",
    }
    await superuser.execute("UPDATE cards SET points_balance = 10 WHERE id = $1", broken)
    assert booked(await expire(shop)) == (2, 20)


def failing_for(bad: UUID) -> Any:
    def decode(document: str) -> Any:
        state = decode_state(document)
        if state.card.id == bad:
            raise RuntimeError("planted")
        return state

    return decode


async def test_a_chunk_is_one_transaction_and_waits_for_no_card(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    """A card that somebody else books on is left out, and taken as soon as it is free."""
    shop = await opened(terms=ROLLING)
    cards = [UUID((await shop.a_card(points=10))["id"]) for _ in range(6)]
    clock.move(timedelta(days=20))

    async def others_are_expired() -> bool:
        return tuple(await superuser.fetchrow(LINES_OF, shop.merchant_id)) == (5, 1)

    async with superuser.transaction():
        await superuser.execute("SELECT FROM cards WHERE id = $1 FOR UPDATE", cards[3])
        running = asyncio.create_task(expire(shop))
        await until(others_are_expired)
        assert not running.done()
    assert booked(await running) == (6, 60)
    assert tuple(await superuser.fetchrow(LINES_OF, shop.merchant_id)) == (6, 2)


async def test_a_card_that_is_never_free_is_told_and_waits_for_the_next_run(
    opened: OpenShop, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "TRIES", 3)
    shop = await opened(terms=ROLLING)
    cards = [UUID((await shop.a_card(points=10))["id"]) for _ in range(3)]
    clock.move(timedelta(days=20))
    async with superuser.transaction():
        await superuser.execute("SELECT FROM cards WHERE id = $1 FOR UPDATE", cards[0])
        report = await expire(shop)
    assert (booked(report), report.failures) == ((2, 20), {str(cards[0]): "CardBusy: see the log of this time."})
    assert booked(await expire(shop)) == (1, 10)


async def test_a_database_that_is_away_is_no_fault_of_a_card(opened: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends, so that it is done again; a single card that takes too long fails alone."""
    shop = await opened(terms=ROLLING)
    cards = [UUID((await shop.a_card(points=10))["id"]) for _ in range(3)]
    clock.move(timedelta(days=20))
    with monkeypatch.context() as patch:
        patch.setattr(expiring, "write_each", raising(asyncpg.ConnectionDoesNotExistError, lambda _: True))
        patch.setattr(expiring, "ANSWERS", "SELECT pg_terminate_backend(pg_backend_pid())")
        report = Progress()
        with pytest.raises(asyncpg.PostgresError):
            await PointsExpiry(shop.services.ledger, clock.now(), report).run([shop.merchant_id])
        assert not report.failures
    with monkeypatch.context() as patch:
        patch.setattr(expiring, "write_each", raising(asyncpg.QueryCanceledError, lambda given: cards[1] in given))
        report = await expire(shop)
    assert (booked(report), list(report.failures)) == ((2, 20), [str(cards[1])])


def raising(error: type[Exception], does: Callable[[set[UUID]], bool]) -> Any:
    async def write(pool: Any, merchant_id: UUID, bookings: Sequence[Booking]) -> set[UUID]:
        if does({booking.card.id for booking in bookings}):
            raise error
        return await write_each(pool, merchant_id, bookings)

    return write


async def test_several_runs_at_once_book_each_card_once(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened(terms=ROLLING)
    cards = [await shop.a_card(points=10) for _ in range(12)]
    clock.move(timedelta(days=20))
    reports = await asyncio.gather(*(expire(shop) for _ in range(4)))
    assert sum(report.counts["processed"] for report in reports) == 12
    assert sum(report.counts["expired_points"] for report in reports) == 120
    assert not any(report.failures for report in reports)
    lines = "SELECT count(*) FROM transactions WHERE kind = 'expired' AND card_id = ANY ($1)"
    assert await superuser.fetchval(lines, [UUID(card["id"]) for card in cards]) == 12


async def test_sales_go_on_while_the_task_runs(opened: OpenShop) -> None:
    shop = await opened(terms=ROLLING)
    cards = [await shop.a_card(points=10) for _ in range(10)]
    clock.move(timedelta(days=20))
    sales = (shop.anna.earn(card, cents=300) for card in cards)
    report, _ = await asyncio.gather(expire(shop), asyncio.gather(*sales))
    assert not report.failures
    assert [(await shop.anna.show(card))["points_balance"] for card in cards] == [3] * 10
    assert booked(await expire(shop)) == (0, 0)


async def test_a_deactivated_card_loses_its_points_as_others_do(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms=ROLLING)
    card = await shop.a_card(points=10)
    await superuser.execute("UPDATE cards SET state = 'deactivated' WHERE id = $1", UUID(card["id"]))
    clock.move(timedelta(days=20))
    assert booked(await expire(shop)) == (1, 10)


async def test_another_merchants_points_are_left_alone(opened: OpenShop) -> None:
    one, other = await opened(terms=ROLLING), await opened(terms=ROLLING)
    cards = [await one.a_card(points=10), await other.a_card(points=20)]
    clock.move(timedelta(days=20))
    assert booked(await expire(one)) == (1, 10)
    assert [row["kind"] for row in (await other.anna.history(cards[1]))["data"]] == ["earned", "enrolled"]
