"""Each night the platform learns which merchants lose customers, and to which few new ones come."""

from backend.core.clock import clock
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.operations.readiness.actions import merchant_board, open_probe, platform_board
from backend.operations.readiness.board import OF_A_COMMAND
from backend.operations.readiness.schemas import ReadinessRow
from backend.operations.retention.tasks import count_customers
from backend.services import Services
from tests.conftest import OwnTown, Town
from tests.world.shop import Shop
from workers.schedule import SCHEDULE

ROWS = ("cards_at_risk", "new_cards")
LONG_AGO = "UPDATE stores SET created_at = created_at - interval '90 days'"
IDLE = "UPDATE cards SET last_activity_at = last_activity_at - interval '61 days' WHERE merchant_id = $1"
FOR_TRYING_OUT = "UPDATE merchants SET is_test = true WHERE id <> ALL ($1)"
NOT_YET = "Customers have not been counted yet; this happens each night."


async def rows_of(services: Services, code: str | None = None) -> list[ReadinessRow]:
    probe = open_probe(services, services.live)
    board = await (
        merchant_board(probe, code, "en", OF_A_COMMAND) if code else platform_board(probe, "en", OF_A_COMMAND)
    )
    return [row for row in board.rows if row.name in ROWS]


async def gauges(town: Town) -> list[str]:
    text = (await town.anonymous.send("GET", "/metrics")).text
    return [line.split()[-1] for line in text.splitlines() if line.startswith("orion_merchants_")]


async def two_merchants(town: Town) -> tuple[Shop, Shop]:
    """Of the first all customers stay away, of the second none; the demo world's are for trying out."""
    left, loved = await town.open_shop(), await town.open_shop()
    for shop in (left, loved):
        for _ in range(5):
            await shop.a_card()
    await town.superuser.execute(IDLE, left.merchant_id)
    return left, loved


async def test_what_is_counted_is_on_the_boards_and_in_the_metrics(own_town: OwnTown) -> None:
    clock.reset()
    async with own_town() as town:
        left, loved = await two_merchants(town)
        await town.superuser.execute(FOR_TRYING_OUT, [left.merchant_id, loved.merchant_id])
        await town.superuser.execute(LONG_AGO)
        assert [row.evidence for row in await rows_of(town.services, left.code)] == [NOT_YET, NOT_YET]
        run = await count_customers(town.services.sessions)
        assert run.counts == {"merchants_losing_customers": 1, "merchants_with_few_new_cards": 0}
        assert sorted(await gauges(town)) == ["0.0", "1.0"]
        leaving, new = await rows_of(town.services)
        assert (leaving.state, leaving.details) == ("warning", [f"{left.code} 5/5"])
        assert new.state == "ok"
        leaving, new = await rows_of(town.services, left.code)
        assert (leaving.state, leaving.evidence) == ("warning", "5 of 5 active cards are at risk.")
        assert (new.state, new.evidence) == ("ok", "5 new cards in seven days.")
        assert [row.state for row in await rows_of(town.services, loved.code)] == ["ok", "ok"]


async def test_run_twice_it_says_the_same(own_town: OwnTown) -> None:
    async with own_town() as town:
        await two_merchants(town)
        await town.superuser.execute(LONG_AGO)
        first, second = [await count_customers(town.services.sessions) for _ in "12"]
        assert first.counts == second.counts
        assert first.done == first.total == second.done
        assert await town.superuser.fetchval("SELECT count(*) FROM customer_counts") == first.total


async def test_a_merchant_that_cannot_be_counted_is_named_and_the_others_are_counted(own_town: OwnTown) -> None:
    async with own_town() as town:
        broken, _ = await two_merchants(town)
        card = await broken.a_card()
        for _ in range(3):
            await broken.book(EarnPoints(Earn(purchase_amount_cents=500)), card)
        await town.superuser.execute("UPDATE merchants SET timezone = 'Nowhere' WHERE id = $1", broken.merchant_id)
        run = await count_customers(town.services.sessions)
        assert (run.error, run.done, run.counts["failed"]) == (None, run.total, 1)
        assert list(run.failures) == [str(broken.merchant_id)]
        counted = {row["merchant_id"] for row in await town.superuser.fetch("SELECT merchant_id FROM customer_counts")}
        assert len(counted) == run.done - 1
        assert broken.merchant_id not in counted


async def test_what_a_merchant_for_trying_out_lacks_alarms_nobody(own_town: OwnTown) -> None:
    async with own_town() as town:
        await town.superuser.execute(LONG_AGO)
        await town.superuser.execute(FOR_TRYING_OUT, [])
        run = await count_customers(town.services.sessions)
        assert set(run.counts.values()) == {0}
        assert {row.state for row in await rows_of(town.services)} == {"ok"}


def test_it_runs_every_night() -> None:
    (job,) = [job for job in SCHEDULE if job.name == "cron:count_customers"]
    assert (job.hour, job.minute) == (5, 10)
