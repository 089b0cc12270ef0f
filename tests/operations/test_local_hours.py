"""Points expire at two in the morning where the merchant is, and warnings go out at nine there."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from backend.core.clock import clock
from backend.operations.ledger.local_hours import UNTIL, LocalHour, find_due
from backend.operations.ledger.points import EXPIRY, WARNING
from backend.operations.task_runs.actions import Progress, TaskFailed, run_now
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.shop import Shop

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TWO = LocalHour(2)


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "came"),
    [
        ("Europe/Luxembourg", "2027-01-15T01:00"),
        ("Asia/Tokyo", "2027-01-14T17:00"),
        ("Asia/Kathmandu", "2027-01-14T20:15"),
        ("America/New_York", "2027-01-15T07:00"),
        # Two o'clock does not exist on this day, and exists twice on that one.
        ("Europe/Luxembourg", "2027-03-28T01:00"),
        ("America/New_York", "2027-03-14T07:00"),
        ("America/New_York", "2027-11-07T07:00"),
        ("Europe/Luxembourg", "2027-10-31T00:00"),
    ],
)
def test_two_in_the_morning_comes_once_a_day_in_every_zone(zone: str, came: str) -> None:
    there, moment = ZoneInfo(zone), utc(came)
    quarters = [moment - 12 * HOUR + number * HOUR / 4 for number in range(96)]
    due = [now for since, now in pairwise(quarters) if TWO.has_come(there, since=since, now=now)]
    assert due == [moment]


def test_warnings_that_are_late_wait_for_the_next_morning_and_expiry_does_not() -> None:
    zone, nine = ZoneInfo("Europe/Luxembourg"), utc("2027-01-15T08:00")
    long_ago = nine - 9 * DAY
    assert WARNING.hour.has_come(zone, long_ago, nine + 6 * HOUR)
    assert not WARNING.hour.has_come(zone, long_ago, nine + 7 * HOUR)
    assert WARNING.hour.has_come(zone, long_ago, nine + 24 * HOUR)
    assert EXPIRY.hour.has_come(zone, long_ago, nine + 7 * HOUR)


class Nights:
    """The schedule of one task, which nobody else has."""

    def __init__(self, services: Services) -> None:
        self.services, self.task = services, f"knead_{uuid4().hex}"

    async def is_due(self, shop: Shop) -> bool:
        return shop.merchant_id in (await find_due(self.services.sessions, self.task, TWO, clock.now())).merchants

    async def do(self, error: str | None = None) -> None:
        async def work(_: Progress) -> None:
            if error:
                raise TaskFailed(error)

        await run_now(self.services.sessions, self.task, work, arguments={UNTIL: clock.now().isoformat()})


def be_at(moment: str) -> None:
    clock.move(utc(moment) - clock.now())


async def test_each_merchant_is_due_at_its_own_hour_and_once(opened: OpenShop, services: Services) -> None:
    tokyo, home = await opened(timezone="Asia/Tokyo"), await opened(timezone="Europe/Luxembourg")
    nights = Nights(services)
    be_at("2027-01-14T16:59")
    await nights.do()
    seen = []
    for moment in ("2027-01-14T17:00", "2027-01-15T00:59", "2027-01-15T01:00", "2027-01-15T02:00"):
        be_at(moment)
        seen.append((await nights.is_due(tokyo), await nights.is_due(home)))
        await nights.do()
    assert seen == [(True, False), (False, False), (False, True), (False, False)]


async def test_nights_without_a_worker_and_runs_that_failed_are_made_up_for_once(
    opened: OpenShop, services: Services
) -> None:
    shop, nights = await opened(timezone="Europe/Luxembourg"), Nights(services)
    be_at("2027-01-15T12:00")
    await nights.do()
    assert not await nights.is_due(shop)
    clock.move(4 * DAY)
    await nights.do(error="No connection.")
    assert await nights.is_due(shop)
    await nights.do()
    assert not await nights.is_due(shop)


async def test_a_run_that_a_worker_left_unfinished_is_done_again(opened: OpenShop, services: Services) -> None:
    shop, nights = await opened(timezone="Europe/Luxembourg"), Nights(services)
    be_at("2027-01-15T12:00")
    assert await nights.is_due(shop)

    async def die(_: Progress) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await run_now(services.sessions, nights.task, die, arguments={UNTIL: clock.now().isoformat()})
    assert await nights.is_due(shop)


async def test_the_task_of_all_merchants_books_what_has_ended_where_it_is_two(
    opened: OpenShop, services: Services
) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10}, timezone="Europe/Luxembourg")
    card = await shop.a_card(points=100)
    clock.move(20 * DAY)
    run = await EXPIRY.run_due(services.ledger, services.sessions)
    assert run is not None
    assert run.merchant_id is None, "alerts and readiness look at runs over all merchants"
    assert run.counts["expired_points"] >= 100
    assert (await shop.anna.history(card))["data"][0]["kind"] == "expired"
    assert await EXPIRY.run_due(services.ledger, services.sessions) is None
