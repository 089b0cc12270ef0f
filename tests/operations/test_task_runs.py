"""What the background has done is written down while it does it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.operations.task_runs.actions import FAILURES_MAX, Progress, TaskFailed, queue_run, run_now, run_task
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import is_running, state_of
from backend.services import Services
from tests.conftest import SignIn
from tests.world import ADA, CLAIRE, PAUL
from tests.world.caller import Json, refused
from tests.world.patience import PATIENCE_SECONDS
from tests.world.till import Till


@pytest.fixture
async def paul(sign_in: SignIn) -> Till:
    """A platform admin."""
    return await sign_in(PAUL)


async def of(caller: Till, run: TaskRun) -> Json:
    return await caller.get(f"/admin/task-runs/{run.id}")


async def test_a_run_tells_what_it_did_and_what_it_could_not(services: Services, paul: Till) -> None:
    async def work(progress: Progress) -> None:
        progress.total = 3
        for number in range(3):
            progress.done += 1
            progress.count("processed")
            if number == 1:
                progress.fail("card-1", "the provider refuses it")

    run = await run_now(services.sessions, "knead", work, arguments={"flour": "rye"})
    told = await of(paul, run)
    assert (told["name"], told["state"], told["arguments"]) == ("knead", "partly_done", {"flour": "rye"})
    assert (told["done"], told["total"]) == (3, 3)
    assert told["counts"] == {"processed": 3, "failed": 1}
    assert told["failures"] == {"card-1": "the provider refuses it"}
    assert told["error"] is None
    assert told["started_at"] <= told["finished_at"]


async def test_a_run_can_be_watched_while_it_works(services: Services, paul: Till) -> None:
    may_end = asyncio.Event()

    async def work(progress: Progress) -> None:
        progress.done, progress.total = 40, 100
        await may_end.wait()

    run = await queue_run(services.sessions, "bake")
    assert (await of(paul, run))["state"] == "queued"
    working = asyncio.create_task(run_task(services.sessions, run, work, heartbeat=0.01))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (told := await of(paul, run))["done"] == 0:  # noqa: ASYNC110 - the row is all there is to see
            await asyncio.sleep(0.01)
    assert (told["state"], told["done"], told["total"]) == ("running", 40, 100)
    async with services.sessions.committing() as session:
        assert await is_running(session, "bake", clock.now())
    may_end.set()
    await working
    assert (await of(paul, run))["state"] == "done"
    async with services.sessions.committing() as session:
        assert not await is_running(session, "bake", clock.now())


async def test_a_run_without_a_sign_of_life_has_died(services: Services, paul: Till) -> None:
    """Its worker was killed: nobody was left to write anything down."""
    run = await queue_run(services.sessions, "bake")
    async with services.sessions.committing() as session:
        alive = {"started_at": clock.now(), "heartbeat_at": clock.now()}
        await session.execute(update(TaskRun).where(TaskRun.id == run.id).values(alive))
    assert (await of(paul, run))["state"] == "running"
    clock.move(timedelta(seconds=61))
    told = await of(paul, run)
    assert (told["state"], told["finished_at"]) == ("died", None)
    async with services.sessions.committing() as session:
        assert not await is_running(session, "bake", clock.now())


async def test_a_run_whose_worker_is_stopped_is_free_for_the_next_one_at_once(services: Services, paul: Till) -> None:
    asked = asyncio.Event()

    async def work(progress: Progress) -> None:
        progress.done = 3
        asked.set()
        await asyncio.Event().wait()

    run = await queue_run(services.sessions, "knead")
    working = asyncio.create_task(run_task(services.sessions, run, work, heartbeat=3600))
    await asked.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    told = await of(paul, run)
    assert (told["state"], told["done"], told["finished_at"]) == ("died", 3, None)
    async with services.sessions.committing() as session:
        assert not await is_running(session, "knead", clock.now())


async def test_a_task_that_breaks_off_says_why(services: Services, paul: Till) -> None:
    async def stop(progress: Progress) -> None:
        raise TaskFailed("Google refuses the service account.")

    async def break_down(progress: Progress) -> None:
        raise ZeroDivisionError("secret of the implementation")

    run = await run_now(services.sessions, "bake", stop)
    assert ((await of(paul, run))["state"], run.error) == ("failed", "Google refuses the service account.")
    run = await queue_run(services.sessions, "bake")
    with pytest.raises(ZeroDivisionError):
        await run_task(services.sessions, run, break_down)
    told = await of(paul, run)
    assert (told["state"], told["error"]) == ("failed", "ZeroDivisionError: see the log of this time.")


async def test_reasons_are_kept_up_to_a_thousand_and_all_are_counted() -> None:
    progress = Progress()
    for number in range(FAILURES_MAX + 5):
        progress.fail(str(number), "no")
    progress.fail("0", "no again")
    assert (len(progress.failures), progress.counts["failed"]) == (FAILURES_MAX, FAILURES_MAX + 6)
    assert progress.failures["0"] == "no; no again"


async def test_a_heartbeat_that_cannot_be_written_does_not_stop_the_work(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await queue_run(services.sessions, "bake")

    async def work(progress: Progress) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(type(services.sessions), "committing", None)
            await asyncio.sleep(0.05)

    await run_task(services.sessions, run, work, heartbeat=0.01)
    assert state_of(run, clock.now()) == "done"


async def test_the_list_is_newest_first_and_goes_on(services: Services, paul: Till) -> None:
    async def nothing(progress: Progress) -> None:
        pass

    async with services.sessions.committing() as session:
        await session.execute(update(TaskRun).values(name="old"))
    runs = []
    for _ in range(3):
        clock.move(timedelta(seconds=1))
        runs.append(str((await run_now(services.sessions, "listed", nothing)).id))
    first = await paul.get("/admin/task-runs", params={"name": "listed", "limit": 2})
    assert ([run["id"] for run in first["data"]], first["has_more"]) == (runs[:0:-1], True)
    rest = await paul.get("/admin/task-runs", params={"name": "listed", "after": first["next_cursor"]})
    assert ([run["id"] for run in rest["data"]], rest["has_more"], rest["next_cursor"]) == (runs[:1], False, None)


async def test_who_asked_for_a_run_is_named(services: Services, paul: Till) -> None:
    user_id = UUID((await paul.get("/auth/me"))["id"])
    origin = PlatformOrigin(user_id, PAUL.name, "en", clock.now())
    run = await queue_run(services.sessions, "bake", requested_by=origin)
    assert (await of(paul, run))["requested_by"] == PAUL.name


async def test_a_run_that_does_not_exist_is_not_found(paul: Till) -> None:
    with refused("task_run_not_found", 404):
        await paul.get("/admin/task-runs/0199aa00-0000-7000-8000-000000000000")


async def test_runs_are_for_the_platforms_own_people(sign_in: SignIn) -> None:
    claire = await sign_in(CLAIRE)
    with refused("forbidden", 403) as said:
        await claire.get("/admin/task-runs")
    assert said[0]["permission"] == "operations.run_tasks"
    assert (await (await sign_in(ADA)).get("/admin/task-runs"))["data"] is not None
