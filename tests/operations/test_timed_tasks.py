"""What runs by the clock is seen, started, tried and repeated by people of the platform."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.core.clock import clock
from backend.operations.task_runs import watching
from backend.operations.task_runs.actions import Progress, queue_run, run_now, run_task
from backend.operations.task_runs.models import DRY_RUN
from backend.operations.task_runs.problems import TooManyWatching
from backend.operations.task_runs.queries import RESUMED, SILENCE
from backend.operations.task_runs.routes import look_at_run
from backend.operations.task_runs.schemas import TaskRunView
from backend.operations.task_runs.watching import RunWatchers
from backend.operations.timed_tasks.catalog import BY_NAME, TASKS
from backend.services import Services
from backend.wallets.jobs import SYNC_PASSES
from tests.conftest import SignIn
from tests.world import PAUL
from tests.world.caller import Json, refused
from tests.world.shop import Shop
from tests.world.till import Till
from workers.jobs.task_runs import TASKS_OF_RUNS, find_lost_runs, run_requested

RUNS, TASK = "/admin/task-runs", "/admin/tasks"
LUXEMBOURG, AUCKLAND = ZoneInfo("Europe/Luxembourg"), ZoneInfo("Pacific/Auckland")
DAY = timedelta(days=1)
OVER = "UPDATE lots SET expires_at = now() - interval '1 hour' WHERE card_id = $1"


@pytest.fixture
async def paul(sign_in: SignIn) -> Till:
    """A platform admin."""
    return await sign_in(PAUL)


@pytest.fixture(autouse=True)
async def nothing_runs(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    await superuser.execute("DELETE FROM task_runs")
    yield
    await superuser.execute("DELETE FROM task_runs")


async def nothing(_: Progress) -> None:
    """Goes well."""


async def fails(progress: Progress) -> None:
    progress.fail(uuid4(), "poison")


async def work_off(services: Services, paul: Till, answer: Json) -> Json:
    """What a worker does with the job of the run."""
    await run_requested({"services": services}, answer["run_id"])
    return await paul.get(f"{RUNS}/{answer['run_id']}")


async def task(paul: Till, name: str) -> Json:
    found: Json
    (found,) = [task for task in (await paul.get(TASK))["tasks"] if task["name"] == name]
    return found


def test_the_next_time_is_the_first_that_comes() -> None:
    ledger, hourly, expiry = BY_NAME["audit_ledger"], BY_NAME[SYNC_PASSES], BY_NAME["expire_points"]
    before, at = datetime(2026, 12, 1, 4, 29, 59, tzinfo=UTC), datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
    assert ledger.next_due(before, []) == at
    assert ledger.next_due(at, []) == at + timedelta(days=1)
    assert hourly.next_due(at, []) == datetime(2026, 12, 1, 5, 7, tzinfo=UTC)
    two_in_luxembourg = datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert expiry.next_due(two_in_luxembourg - timedelta(seconds=1), [LUXEMBOURG]) == two_in_luxembourg
    assert expiry.next_due(two_in_luxembourg, [LUXEMBOURG]) == two_in_luxembourg + timedelta(days=1)
    assert expiry.next_due(two_in_luxembourg, [LUXEMBOURG, AUCKLAND]) == datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert expiry.next_due(at, []) is None
    longest = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert BY_NAME["warn_expiring_points"].next_due(longest, [LUXEMBOURG]) == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_a_worker_can_do_every_task_that_a_person_may_start() -> None:
    assert {task.name for task in TASKS} == TASKS_OF_RUNS.keys() | {SYNC_PASSES}


async def test_each_task_says_what_it_does_when_and_how_it_went(services: Services, paul: Till) -> None:
    run = await run_now(services.sessions, "purge", nothing)
    assert run.finished_at is not None
    purge = await task(paul, "purge")
    assert (purge["title"], purge["state"], purge["evidence"]) == (
        "Deletion of old data", "ok", "The last run went well.",
    )  # fmt: skip
    assert purge["last_run"]["id"] == str(run.id)
    assert datetime.fromisoformat(purge["last_success_at"]) == run.finished_at
    assert (purge["has_dry_run"], purge["of_one_merchant"], purge["local_hour"]) == (False, False, None)
    assert (await task(paul, "expire_points"))["local_hour"] == 2
    german = await task(paul.reading("de"), "purge")
    assert german["title"] == "Löschung alter Daten"


async def test_a_task_is_started_for_one_merchant_and_done_by_a_worker(
    services: Services, paul: Till, shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(points=7)
    await superuser.execute(OVER, UUID(card["id"]))
    tried = await paul.post(f"{TASK}/expire_points/runs", {"merchant_code": shop.code.upper(), "dry_run": True})
    told = await work_off(services, paul, tried)
    assert (told["state"], told["is_dry_run"], told["counts"]["expired_points"]) == ("done", True, 7)
    started = await paul.post(f"{TASK}/expire_points/runs", {"merchant_code": shop.code})
    told = await work_off(services, paul, started)
    assert (told["merchant_code"], told["requested_by"], told["counts"]["expired_points"]) == (shop.code, PAUL.name, 7)
    entries = (await paul.get("/admin/audit", params={"action": "task.started"}))["data"]
    of_tried, of_started = (next(entry for entry in entries if run["run_id"] in str(entry)) for run in (tried, started))
    assert (of_tried["subject"], of_started["subject"]) == ("expire_points", "expire_points")
    assert "Dry run" in [change["label"] for change in of_tried["changes"]]


async def test_a_dry_run_counts_for_no_success(services: Services, paul: Till, superuser: asyncpg.Connection) -> None:
    real = await run_now(services.sessions, "expire_points", nothing)
    clock.move(timedelta(minutes=1))
    await run_now(services.sessions, "expire_points", nothing, arguments={DRY_RUN: True})
    assert real.finished_at is not None
    expiry = await task(paul, "expire_points")
    assert datetime.fromisoformat(expiry["last_success_at"]) == real.finished_at
    assert expiry["last_run"]["is_dry_run"] is True
    await superuser.execute("UPDATE task_runs SET created_at = $2 WHERE id = $1", real.id, clock.now() - 2 * DAY)
    assert (await task(paul, "expire_points"))["evidence"] == "It did not run when it was due."


async def test_a_task_that_has_not_ended_is_not_started_again(services: Services, paul: Till, shop: Shop) -> None:
    first = await paul.post(f"{TASK}/greet_birthdays/runs", {"merchant_code": shop.code})
    with refused("task_unfinished", 409) as said:
        await paul.post(f"{TASK}/greet_birthdays/runs")
    assert said[0]["run_id"] == first["run_id"]
    await paul.post(f"{TASK}/greet_birthdays/runs", {"merchant_code": "cafe-aurora"})
    await work_off(services, paul, first)
    answers = await asyncio.gather(*(paul.send("POST", f"{TASK}/purge/runs", json={}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409]


async def test_what_a_task_does_not_offer_is_refused(paul: Till) -> None:
    for body in ({"dry_run": True}, {"merchant_code": "fashion-group"}):
        with refused("task_not_offered", 409):
            await paul.post(f"{TASK}/purge/runs", body)
    with refused("task_not_found", 404):
        await paul.post(f"{TASK}/back_up/runs")
    for nobody in ("nobody", "", " "):
        with refused("merchant_not_found", 404):
            await paul.post(f"{TASK}/expire_points/runs", {"merchant_code": nobody})


async def test_a_requested_run_whose_wake_up_was_lost_is_found(services: Services, paul: Till) -> None:
    run_id = (await paul.post(f"{TASK}/verify_audit/runs"))["run_id"]
    away = {"services": services}
    await find_lost_runs(away)
    assert (await paul.get(f"{RUNS}/{run_id}"))["state"] == "queued", "its job may still come"
    clock.move(SILENCE + timedelta(seconds=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workers.jobs.task_runs.enqueue_run", _not_enqueued)
        await find_lost_runs(away)
    assert (await paul.get(f"{RUNS}/{run_id}"))["state"] == "done"


async def test_of_two_workers_that_are_woken_for_a_run_one_does_it(services: Services, paul: Till) -> None:
    """A wake-up that was thought lost came after all."""
    run_id = (await paul.post(f"{TASK}/audit_ledger/runs"))["run_id"]
    await asyncio.gather(*(run_requested({"services": services}, run_id) for _ in range(2)))
    ended = (await paul.get(f"{RUNS}/{run_id}"))["finished_at"]
    clock.move(2 * SILENCE)
    await run_requested({"services": services}, run_id)
    assert (await paul.get(f"{RUNS}/{run_id}"))["finished_at"] == ended


async def _not_enqueued(*_: Any) -> bool:
    return False


async def test_without_google_a_comparison_says_why_it_ends(services: Services, paul: Till) -> None:
    told = await work_off(services, paul, await paul.post(f"{TASK}/reconcile_google_passes/runs"))
    assert (told["state"], told["error"]) == ("failed", "Google Wallet is not configured.")


async def test_exactly_what_has_failed_is_repeated(services: Services, paul: Till, shop: Shop) -> None:
    failed = await run_now(services.sessions, SYNC_PASSES, fails, merchant_id=shop.merchant_id)
    assert (await paul.get(f"{RUNS}/{failed.id}"))["can_retry"] is True
    again = await paul.post(f"{RUNS}/{failed.id}/retry")
    told = await paul.get(f"{RUNS}/{again['run_id']}")
    assert (told["arguments"]["card_ids"], told["merchant_code"]) == (list(failed.failures), shop.code)
    well, other = (
        await run_now(services.sessions, SYNC_PASSES, nothing),
        await run_now(services.sessions, "purge", fails),
    )
    with refused("nothing_failed", 409):
        await paul.post(f"{RUNS}/{well.id}/retry")
    with refused("task_not_offered", 409):
        await paul.post(f"{RUNS}/{other.id}/retry")
    assert (await paul.get(f"{RUNS}/{other.id}"))["can_retry"] is False
    with refused("task_run_not_found", 404):
        await paul.post(f"{RUNS}/{uuid4()}/retry")


async def test_cards_that_failed_to_expire_are_done_again_and_no_others(
    services: Services, paul: Till, shop: Shop, superuser: asyncpg.Connection
) -> None:
    poor, other = await shop.a_card(points=7), await shop.a_card(points=9)
    for card in (poor, other):
        await superuser.execute(OVER, UUID(card["id"]))

    async def refuses(progress: Progress) -> None:
        progress.fail(poor["id"], "poison")

    failed = await run_now(services.sessions, "expire_points", refuses, merchant_id=shop.merchant_id)
    told = await work_off(services, paul, await paul.post(f"{RUNS}/{failed.id}/retry"))
    assert (told["counts"]["expired_points"], told["arguments"]["retry_of"]) == (7, str(failed.id))


async def test_runs_are_found_by_state_and_merchant(
    services: Services, paul: Till, shop: Shop, superuser: asyncpg.Connection
) -> None:
    sessions = services.sessions

    async def breaks(_: Progress) -> None:
        raise ZeroDivisionError

    lost = await queue_run(sessions, "lost")
    await superuser.execute("UPDATE task_runs SET created_at = $1", clock.now() - RESUMED)
    runs = {"died": lost, "queued": await queue_run(sessions, "queued", merchant_id=shop.merchant_id)}
    runs["done"], runs["partly_done"] = await run_now(sessions, "a", nothing), await run_now(sessions, "b", fails)
    runs["failed"] = await queue_run(sessions, "c")
    with pytest.raises(ZeroDivisionError):
        await run_task(sessions, runs["failed"], breaks)
    for state, run in runs.items():
        (told,) = (await paul.get(RUNS, params={"state": state}))["data"]
        assert (told["id"], told["state"]) == (str(run.id), state)
    assert (await paul.get(RUNS, params={"state": "nonsense"}))["data"] == []
    (of_shop,) = (await paul.get(RUNS, params={"merchant_code": shop.code}))["data"]
    assert of_shop["id"] == str(runs["queued"].id)
    with refused("merchant_not_found", 404):
        await paul.get(RUNS, params={"merchant_code": "nobody"})


async def test_a_run_is_told_as_it_goes_on_and_the_stream_ends_with_it(
    services: Services, paul: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0)
    run = await run_now(services.sessions, "bake", nothing)
    answer = await paul.send("GET", f"{RUNS}/{run.id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.count("data: ") == 1
    with refused("task_run_not_found", 404):
        await paul.get(f"{RUNS}/{uuid4()}/events")
    view = TaskRunView(**await paul.get(f"{RUNS}/{run.id}"))
    steps = [("queued", 0), ("running", 1), ("running", 1), ("running", 2), ("done", 2), ("never", 2)]

    async def look() -> TaskRunView:
        state, done = steps.pop(0)
        return TaskRunView(
            **{name: getattr(view, name) for name in view.__struct_fields__} | {"state": state, "done": done}
        )

    watchers = RunWatchers()
    told = [event async for event in watchers.watch(uuid4(), look)]
    assert (len(told), watchers.watching.total(), steps) == (4, 0, [("never", 2)])


async def test_streams_have_an_end_and_so_has_their_number(
    paul: Till, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SECONDS_MAX", 0)
    run = await queue_run(services.sessions, "bake")
    assert (await paul.send("GET", f"{RUNS}/{run.id}/events")).text == ""
    monkeypatch.setattr(watching, "WATCHING_MAX", 0)
    with refused("too_many_watching", 503):
        await paul.get(f"{RUNS}/{run.id}/events")


async def test_who_watches_often_leaves_places_for_others(services: Services, paul: Till) -> None:
    """Also who asks so often at once that each is let in before the others have begun."""
    run = await queue_run(services.sessions, "bake")
    look, watchers, paul_himself, ada = (
        partial(look_at_run, services.sessions, run.id, "en"),
        RunWatchers(),
        uuid4(),
        uuid4(),
    )
    for _ in range(watching.WATCHING_MAX):
        watchers.check_place(paul_himself)
    streams = [watchers.watch(paul_himself, look) for _ in range(watching.WATCHING_MAX)]
    told = await asyncio.gather(*(anext(stream, None) for stream in streams))
    assert len([event for event in told if event]) == watching.WATCHING_OF_ONE_MAX
    with pytest.raises(TooManyWatching):
        watchers.check_place(paul_himself)
    watchers.check_place(ada)
    for stream in streams:
        await stream.aclose()
    watchers.check_place(paul_himself)
