"""What a task has left undone is known until a run, or a retry, has done it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.core.clock import clock
from backend.operations.task_runs.actions import FAILURES_MAX, Progress, TaskFailed, run_now
from backend.operations.task_runs.last_runs import LastRuns, get_failed_run, read_last_runs, retry_arguments
from backend.operations.task_runs.models import ZONES, TaskRun
from backend.operations.task_runs.problems import NothingFailed
from backend.services import Services
from tests.world.shop import Shop

TOKYO, HOME = {ZONES: ["Asia/Tokyo"]}, {ZONES: ["Europe/Luxembourg"]}
BOTH = {ZONES: ["Asia/Tokyo", "Europe/Luxembourg"]}


class History:
    """Of a task that nobody else has."""

    def __init__(self, services: Services) -> None:
        self._sessions, self.task = services.sessions, f"knead_{uuid4().hex}"

    async def run(
        self, *failed: str, of: Mapping[str, Any] = {}, error: str = "", merchant: UUID | None = None
    ) -> TaskRun:
        async def work(progress: Progress) -> None:
            progress.done = 10
            for failed_id in failed:
                progress.fail(failed_id, "poison")
            if error:
                raise TaskFailed(error)

        clock.move(timedelta(minutes=1))
        return await run_now(self._sessions, self.task, work, arguments=dict(of), merchant_id=merchant)

    async def retry(self, run: TaskRun, *failed: str) -> TaskRun:
        return await self.run(*failed, of=retry_arguments(run))

    async def last(self) -> LastRuns:
        async with self._sessions.committing() as session:
            return (await read_last_runs(session, clock.now()))[self.task]

    async def left(self) -> set[str]:
        last = await self.last()
        assert last.failed == len(last.failures)
        return set(last.failures)

    async def failed_run(self, merchant_id: UUID | None = None) -> UUID:
        async with self._sessions.committing() as session:
            return (await get_failed_run(session, self.task, merchant_id, clock.now())).id


@pytest.fixture
def history(services: Services) -> History:
    return History(services)


async def test_the_run_of_a_later_zone_leaves_the_failures_of_an_earlier_one(history: History) -> None:
    await history.run("a", of=TOKYO)
    await history.run(of=HOME)
    await history.run("b", of=HOME)
    assert await history.left() == {"a", "b"}
    await history.run(of=TOKYO)
    assert await history.left() == {"b"}


async def test_failures_of_two_zones_are_made_up_for_when_both_had_their_turn(history: History) -> None:
    await history.run("a", of=BOTH)
    await history.run(of=TOKYO)
    assert await history.left() == {"a"}
    await history.run(of=HOME)
    assert await history.left() == set()


async def test_a_run_over_everything_makes_up_for_all_before_it(history: History) -> None:
    await history.run("a", of=TOKYO)
    await history.run("b")
    assert await history.left() == {"b"}
    await history.run()
    assert await history.left() == set()


async def test_a_retry_makes_up_for_its_run_alone_and_is_no_run_of_the_task(history: History) -> None:
    tokyo, home = await history.run("a", "c", of=TOKYO), await history.run("b", of=HOME)
    retry = await history.retry(tokyo, "c")
    last = await history.last()
    assert last.begun is not None
    assert last.succeeded is not None
    assert last.begun.id == last.succeeded.id == home.id
    assert await history.left() == {"b", "c"}
    await history.retry(retry)
    assert await history.left() == {"b"}
    await history.retry(home)
    assert await history.left() == set()


async def test_the_same_run_can_be_retried_twice(history: History) -> None:
    run = await history.run("a", "b")
    await history.retry(run, "b")
    await history.retry(run)
    assert await history.left() == set()


async def test_what_fails_again_in_a_retry_is_left_until_the_zone_has_its_next_turn(history: History) -> None:
    await history.retry(await history.run("a", of=TOKYO), "a")
    await history.run(of=HOME)
    assert await history.left() == {"a"}
    await history.run(of=TOKYO)
    assert await history.left() == set()


async def test_runs_that_ended_early_and_runs_of_one_merchant_make_up_for_nothing(history: History, shop: Shop) -> None:
    good = await history.run("a")
    ended = await history.run("x", error="No connection.")
    await history.run("y", merchant=shop.merchant_id)
    assert await history.left() == {"a"}
    last = await history.last()
    assert last.begun is not None
    assert last.succeeded is not None
    assert (last.begun.id, last.succeeded.id) == (ended.id, good.id)


async def test_more_failures_than_are_kept_are_not_forgotten_by_a_retry(history: History) -> None:
    run = await history.run(*map(str, range(FAILURES_MAX + 7)))
    assert (await history.last()).failed == FAILURES_MAX + 7
    await history.retry(run, "3")
    assert (await history.last()).failed == 7 + 1


async def test_the_run_to_repeat_is_the_newest_with_failures_that_are_left(history: History, shop: Shop) -> None:
    tokyo, home = await history.run("a", of=TOKYO), await history.run("b", of=HOME)
    own = await history.run("c", merchant=shop.merchant_id)
    assert await history.failed_run(shop.merchant_id) == own.id
    assert await history.failed_run() == home.id
    await history.retry(home)
    assert await history.failed_run() == tokyo.id
    await history.retry(tokyo)
    with pytest.raises(NothingFailed):
        await history.failed_run()
