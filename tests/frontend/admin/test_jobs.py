"""The pages about background work, against a fake backend."""

from datetime import timedelta
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.core.schemas import Page
from backend.operations.backlogs.schemas import Backlogs, EventBacklog, JobQueue, PassBacklog, QueueBacklog
from backend.operations.parked_events.schemas import ParkedEvent
from backend.operations.task_runs.schemas import TaskRunView
from backend.operations.timed_tasks.schemas import TimedTasks, TimedTaskView
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import StaffBackend, admin, refused
from tests.frontend.staff_browser import HTMX, Browser

FAILED = str(UUID(int=7))
DONE = TaskRunView(
    id=ID, name="sync_wallet_passes", title="Update of passes", state="partly_done", is_dry_run=False,
    merchant_code=None, requested_by=None, arguments={"only_failed": False}, created_at=MOMENT, started_at=MOMENT,
    heartbeat_at=MOMENT, finished_at=MOMENT + timedelta(seconds=42), done=5, total=5,
    counts={"processed": 5, "synced": 3, "failed": 2}, failures={FAILED: "google: invalid"}, can_retry=True, error=None,
)  # fmt: skip
GOING = changed(
    DONE, id=UUID(int=9), state="running", finished_at=None, failures={}, counts={}, done=720, total=1200,
    can_retry=False,
)  # fmt: skip
PASSES = TimedTaskView(
    name="sync_wallet_passes", title="Update of passes", about="Sends passes.", state="ok", evidence="Well.",
    next_due_at=MOMENT + timedelta(hours=1), local_hour=None, last_success_at=MOMENT, last_run=DONE,
    of_one_merchant=True, has_dry_run=False,
)  # fmt: skip
EXPIRY = changed(
    PASSES, name="expire_points", title="Expiry of points", state="blocks", evidence="It did not run when it was due.",
    local_hour=2, last_success_at=None, last_run=None, has_dry_run=True,
)  # fmt: skip
PARKED = ParkedEvent(
    id=UUID(int=3), event_name="points_earned", merchant_code="fashion-group", reactions=["sync_wallets"],
    last_error="sync_wallets: TimeoutError", attempts=12, occurred_at=MOMENT, parked_at=MOMENT,
    payload={"card_id": FAILED, "points": 5},
)  # fmt: skip
WAITS = Backlogs(
    measured_at=MOMENT,
    events=[EventBacklog("points_earned", False, 3, MOMENT - timedelta(minutes=2), 1)],
    emails=QueueBacklog(0, None),
    passes=[PassBacklog("google", 4, MOMENT - timedelta(hours=3), 1)],
    webhooks=QueueBacklog(1, MOMENT - timedelta(days=3)),
    job_queues=[JobQueue("orion:jobs", 2, 75.0)],
)
TASKS, RUNS, RUN = "GET /admin/tasks", "GET /admin/task-runs", "GET /admin/task-runs/*"
START, RETRY, EVENTS = "POST /admin/tasks/*/runs", "POST /admin/task-runs/*/retry", "GET /admin/task-runs/*/events"
BACKLOGS, EVENT_LIST = "GET /admin/backlogs", "GET /admin/parked-events"
RELEASE, RELEASES = "POST /admin/parked-events/*/release", "POST /admin/parked-events/release"
STREAM = {"accept": "text/html, text/event-stream"}


def listed(*rows: msgspec.Struct) -> httpx.Response:
    return httpx.Response(200, content=msgspec.json.encode(Page(list(rows), None, False)))


def queued(run: TaskRunView) -> httpx.Response:
    return httpx.Response(202, json={"run_id": str(run.id)})


def stream(*runs: TaskRunView) -> httpx.Response:
    events = b"".join(b"data: " + msgspec.json.encode(run) + b"\r\n\r\n" for run in runs)
    return httpx.Response(200, content=b": waits\r\n\r\n" + events, headers={"content-type": "text/event-stream"})


@pytest.fixture
async def ada(browser: Browser, backend: StaffBackend) -> Browser:
    """A super admin, signed in."""
    backend.answers |= {
        "POST /auth/sign-in": found(admin(), 201),
        TASKS: found(TimedTasks([PASSES, EXPIRY])),
        RUNS: listed(GOING, DONE),
        RUN: found(DONE),
        START: queued(GOING),
        RETRY: queued(GOING),
        EVENTS: stream(GOING, DONE),
        BACKLOGS: found(WAITS),
        EVENT_LIST: listed(PARKED),
        RELEASE: httpx.Response(204),
        RELEASES: httpx.Response(200, json={"count": 4}),
    }
    await browser.sign_in()
    return browser


async def test_each_task_says_what_it_does_when_and_how_it_went(ada: Browser) -> None:
    await ada.open("/admin/jobs")
    assert "Update of passes In order Sends passes." in ada.text
    assert "Expiry of points Blocks Sends passes. It did not run when it was due." in ada.text
    assert "at 02:00 of each merchant’s own day" in ada.text
    assert "Last success None yet" in ada.text
    assert f'href="/admin/jobs/runs/{ID}">Partly done</a>' in ada.page
    assert ada.page.count("Dry run: only count") == 1


async def test_starting_a_task_leads_to_its_run(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/jobs")
    answer = await ada.send("/admin/jobs/tasks/expire_points/runs", merchant_code=" fashion-group ", dry_run="yes")
    assert answer.headers["location"] == f"/admin/jobs/runs/{GOING.id}"
    assert backend.body("/expire_points/runs") == {"merchant_code": "fashion-group", "dry_run": True}
    await ada.open("/admin/jobs")
    await ada.send("/admin/jobs/tasks/expire_points/runs", merchant_code="")
    assert backend.body("/expire_points/runs") == {"merchant_code": None, "dry_run": False}


async def test_a_refusal_is_told_at_its_task(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/jobs")
    backend.answers[START] = refused(409, "task_unfinished", run_id=str(ID))
    answer = await ada.send("/admin/jobs/tasks/expire_points/runs", merchant_code="fashion-group")
    assert answer.status_code == 409
    assert f'<a class="to-run" href="/admin/jobs/runs/{ID}">Look at that run</a>' in ada.page
    assert "aria-invalid" not in ada.page
    backend.answers[START] = refused(404, "merchant_not_found")
    await ada.send("/admin/jobs/tasks/expire_points/runs", merchant_code="nobody")
    assert ada.says("merchant-expire_points") == "merchant_not_found. Sentence of merchant_not_found."
    await ada.send("/admin/jobs/tasks/expire_points/runs", merchant_code="x" * 41)
    assert ada.says("merchant-expire_points") == "This is too long to be a code."


async def test_runs_are_listed_with_their_state_and_filtered(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/jobs/runs?task=sync_wallet_passes&state=died&merchant=fashion-group")
    asked = dict(next(each for each in reversed(backend.asked) if each.url.path.endswith("/task-runs")).url.params)
    assert asked == {"name": "sync_wallet_passes", "state": "died", "merchant_code": "fashion-group"}
    assert '<option value="died" selected>Lost</option>' in ada.page
    assert "Update of passes All merchants · 42 s" in ada.text
    backend.answers[RUNS] = listed()
    await ada.open("/admin/jobs/runs?state=died")
    assert "No run matches. Show all runs" in ada.text
    await ada.open("/admin/jobs/runs?state=nonsense")
    assert "Nothing has run yet." in ada.text


async def test_an_unknown_merchant_is_said_beside_the_field(ada: Browser, backend: StaffBackend) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return refused(404, "merchant_not_found") if "merchant_code" in request.url.params else listed(DONE)

    backend.answers[RUNS] = answer
    assert (await ada.open("/admin/jobs/runs?merchant=nobody")).status_code == 404
    assert ada.says("merchant") == "merchant_not_found. Sentence of merchant_not_found."


async def test_a_run_names_what_failed_and_can_be_repeated(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(f"/admin/jobs/runs/{ID}")
    assert "Checked 5 Up to date 3 Failed 2" in ada.text
    assert f'<a href="/admin/passes?code={FAILED}">{FAILED}</a>' in ada.page
    assert "The first 1 of 2 is listed." in ada.text
    assert "hx-sse:connect" not in ada.page
    answer = await ada.send(f"/admin/jobs/runs/{ID}/retry")
    assert answer.headers["location"] == f"/admin/jobs/runs/{GOING.id}"
    backend.answers[RETRY] = refused(409, "task_unfinished", run_id=str(GOING.id))
    await ada.open(f"/admin/jobs/runs/{ID}")
    assert (await ada.send(f"/admin/jobs/runs/{ID}/retry")).status_code == 409
    assert f'href="/admin/jobs/runs/{GOING.id}">Look at that run' in ada.page


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"state": "died", "finished_at": None}, "Lost"),
        ({"state": "died", "finished_at": None}, "Its process ended unexpectedly."),
        ({"state": "failed", "error": "Google refuses us."}, "Google refuses us."),
        ({"is_dry_run": True}, "A dry run: it only counts what would be done, and changes nothing."),
        ({"requested_by": "Ada"}, "Started by Ada"),
        ({"arguments": {"card_ids": [FAILED]}}, "1 card that failed in an earlier run"),
        ({"arguments": {"card_code": "BDFH"}}, "Card BDFH"),
        ({"arguments": {"only_failed": True}, "merchant_code": "aurora"}, "Merchant aurora · Only those that failed"),
        ({"arguments": {"retry_of": FAILED}}, "Repeats what failed in an earlier run"),
        ({"counts": {"access_tokens": 3}}, "access_tokens 3"),
    ],
)
async def test_a_run_says_what_is_special_about_it(
    facts: dict[str, object], told: str, ada: Browser, backend: StaffBackend
) -> None:
    backend.answers[RUN] = found(changed(DONE, **facts))
    await ada.open(f"/admin/jobs/runs/{ID}")
    assert told in ada.text


async def test_the_progress_of_a_run_appears_by_itself(ada: Browser, backend: StaffBackend) -> None:
    backend.answers[RUN] = found(GOING)
    await ada.open(f"/admin/jobs/runs/{GOING.id}")
    assert f'hx-sse:connect="/admin/jobs/runs/{GOING.id}/events"' in ada.page
    assert 'max="1200" value="720"' in ada.page
    assert "720 of 1,200" in ada.text
    answer = await ada.open(f"/admin/jobs/runs/{GOING.id}/events", **HTMX | STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    going, done = (event for event in answer.text.split("\n\n") if event)
    assert all(line.startswith("data: ") for line in going.splitlines())
    assert "hx-sse:connect" in going
    assert "hx-sse:connect" not in done, "the panel that has ended asks for nothing"


async def test_where_no_events_come_the_page_stays_as_it_is(ada: Browser, backend: StaffBackend) -> None:
    for answer in (refused(503, "too_many_watching"), httpx.ReadTimeout("slow"), stream()):
        backend.answers[EVENTS] = answer
        assert (await ada.open(f"/admin/jobs/runs/{ID}/events", **HTMX | STREAM)).status_code == 204
    assert (await ada.open(f"/admin/jobs/runs/{ID}/events")).headers["location"] == f"/admin/jobs/runs/{ID}"


async def test_what_waits_is_told_with_its_age(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/jobs/waiting")
    assert "Events 3 for 2 minutes Emails 0 Webhooks 1 for 3 days Passes in Google Wallet 4 for 3 hours" in ada.text
    assert "points_earned 3 wait for 2 minutes · 1 parked" in ada.text
    assert "orion:jobs 2 for 1 minute" in ada.text
    backend.answers[BACKLOGS] = found(changed(WAITS, events=[], job_queues=None))
    await ada.open("/admin/jobs/waiting")
    assert "Redis does not answer." in ada.text


async def test_parked_events_are_shown_and_released(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/jobs/waiting")
    assert "points_earned sync_wallets Given up on" in ada.text
    assert f"card_id: {FAILED} points: 5" in ada.text
    answer = await ada.send(f"/admin/jobs/events/{PARKED.id}/release")
    assert answer.headers["location"] == "/admin/jobs/waiting?released=1"
    await ada.open("/admin/jobs/waiting")
    answer = await ada.send("/admin/jobs/events/release", reaction="sync_wallets")
    assert answer.headers["location"] == "/admin/jobs/waiting?released=4"
    assert backend.body("/parked-events/release") == {"reaction": "sync_wallets"}
    await ada.open("/admin/jobs/waiting?released=4")
    assert "4 events are tried again within seconds." in ada.text
    backend.answers[RELEASE] = refused(404, "parked_event_not_found")
    answer = await ada.send(f"/admin/jobs/events/{PARKED.id}/release")
    await ada.open(answer.headers["location"])
    assert "It was tried again already." in ada.text


async def test_nothing_parked_is_said(ada: Browser, backend: StaffBackend) -> None:
    backend.answers[EVENT_LIST] = listed()
    await ada.open("/admin/jobs/waiting?reaction=sync_wallets")
    assert "No event is parked." in ada.text
    assert "sync_wallets" in [request.url.params.get("reaction") for request in backend.asked]
