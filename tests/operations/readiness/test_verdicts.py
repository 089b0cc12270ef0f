"""What is in order, what needs attention and what blocks, on both sides of each boundary."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from backend.core.platform_settings import MaintenanceSettings
from backend.messaging.connection_test.schemas import LastConnectionTest
from backend.messaging.template_editing.health import TextProblem
from backend.operations.heartbeats.models import ProcessHeartbeat
from backend.operations.key_escrow import Escrow
from backend.operations.readiness.merchant.mail import judge_own_texts
from backend.operations.readiness.merchant.people import PinFigures, judge_owners, judge_pins
from backend.operations.readiness.merchant.setup import judge_stores
from backend.operations.readiness.platform.backups import (
    LATE,
    REHEARSED_EVERY,
    TOO_LATE,
    judge_backups,
    judge_escrow,
)
from backend.operations.readiness.platform.database import DiskUse, judge_clocks, judge_disk
from backend.operations.readiness.platform.languages import judge_catalogs
from backend.operations.readiness.platform.mail import MailRoute, judge_delivery, judge_test, judge_texts
from backend.operations.readiness.platform.maintenance import judge_maintenance
from backend.operations.readiness.platform.people import PlatformAdmin, judge_admins, judge_permissions
from backend.operations.readiness.platform.processes import judge_processes
from backend.operations.readiness.platform.secrets import judge_secrets
from backend.operations.readiness.platform.tasks import judge_task
from backend.operations.readiness.platform.test_data import judge_test_data
from backend.operations.readiness.platform.wallets import FileState, judge_passes, judge_unconfigured, judge_wallet
from backend.operations.readiness.verdicts import RowVerdict, worst
from backend.operations.task_runs.backups import LastBackups
from backend.operations.task_runs.last_runs import LastRuns
from backend.operations.task_runs.models import TaskRun
from backend.operations.timed_tasks.catalog import TASKS, TimedTask
from i18n.catalogs.coverage import Coverage
from workers.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 30, 2, 20, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EXPIRY = next(task for task in TASKS if task.name == "expire_points")
PURGE = next(task for task in TASKS if task.name == "purge")
LEDGER = next(task for task in TASKS if task.name == "audit_ledger")
AUDIT = next(task for task in TASKS if task.name == "verify_audit")
SMTP = MailRoute("smtp.example.com", 587)


def told(verdict: RowVerdict) -> str:
    return verdict.evidence.in_language("en")


def a_process(**values: Any) -> ProcessHeartbeat:
    usual = {"kind": "worker", "host": "a", "pid": 7, "version": "1", "clock_offset_ms": 0, "started_at": NOW - DAY}
    return ProcessHeartbeat(id=uuid4(), **usual | {"heard_at": NOW} | values)


def a_run(**values: Any) -> TaskRun:
    usual = {"counts": {}, "failures": {}, "created_at": NOW - HOUR, "started_at": NOW - HOUR}
    return TaskRun(**usual | {"heartbeat_at": NOW - HOUR, "finished_at": NOW - HOUR} | values)


def judge(task: TimedTask, run: TaskRun | None, since: datetime, now: datetime) -> RowVerdict:
    """When the run is all that is known."""
    failures = run.failures if run else {}
    return judge_task(task, LastRuns(run, run, len(failures), failures), since, now)


def test_a_worker_is_dead_after_four_missed_signs_of_life() -> None:
    assert judge_processes("worker", [], NOW).state == "blocks"
    assert judge_processes("worker", [a_process(heard_at=NOW - timedelta(seconds=45))], NOW).state == "ok"
    dead = a_process(heard_at=NOW - timedelta(seconds=46))
    verdict = judge_processes("worker", [dead], NOW)
    assert (verdict.state, verdict.at) == ("blocks", dead.heard_at)
    assert told(judge_processes("worker", [dead, a_process()], NOW)) == "1 process has ended without a word."
    assert judge_processes("backend", [a_process()], NOW).state == "blocks"


@pytest.mark.parametrize("kind", ["worker", "backend"])
def test_a_process_that_does_not_run_is_started_by_what_starts_it_there(kind: str) -> None:
    """Typed in a container, its own command would start a second one beside the one that is at fault."""
    verdict = judge_processes(kind, [], NOW)
    assert verdict.step is not None
    assert verdict.step.in_language("en") == (
        f"Start it, and read the end of its log: docker compose up --detach {kind} with Compose, "
        f"systemctl start orion-{kind} with systemd, orion {kind} otherwise."
    )
    assert kind in yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert (ROOT / "deploy" / "systemd" / f"orion-{kind}.service").is_file()


def test_maintenance_is_told_and_blocks_once_it_should_have_ended() -> None:
    """An operator who asks why nothing is recorded or sent reads it; what somebody has forgotten is an alarm."""

    def told_of(mode: Any, until: datetime | None = None) -> tuple[str, str, str]:
        settings = MaintenanceSettings(maintenance_mode=mode, maintenance_until=until.isoformat() if until else "")
        verdict = judge_maintenance(settings, NOW)
        return verdict.state, verdict.evidence.in_language("en").partition(":")[0], verdict.command

    assert told_of("off") == ("ok", "Everything works.", "")
    assert told_of("announced", NOW) == ("ok", "It is announced, and everything works.", "")
    assert told_of("read_only") == ("warning", "It is on", "orion maintenance off")
    assert told_of("read_only", NOW + timedelta(seconds=1))[0] == "warning"
    assert told_of("read_only", NOW)[0] == "blocks"


def test_an_upgrade_that_was_not_finished_is_seen() -> None:
    processes = [a_process(), a_process(kind="backend", version="2")]
    assert told(judge_processes("worker", processes, NOW)) == "Processes of different versions run."


@pytest.mark.parametrize(
    ("offset_ms", "state"), [(-2_000, "ok"), (2_001, "warning"), (-30_000, "warning"), (30_001, "blocks")]
)
def test_a_clock_that_differs_by_more_than_two_seconds_needs_attention(offset_ms: int, state: str) -> None:
    assert judge_clocks({"a": offset_ms, "b": 3}).state == state


def test_a_full_disk_blocks_before_the_database_stops() -> None:
    states = [judge_disk(DiskUse(free, 10**9)).state for free in (2 * 10**9, 2 * 10**9 - 1, 5 * 10**8 - 1)]
    assert states == ["ok", "warning", "blocks"]
    assert told(judge_disk(DiskUse(73 * 10**9, 14 * 10**6))) == (
        "Free space where Orion keeps its files: 73 GB. Size of the database: 14 MB."
    )


def test_a_task_that_missed_its_time_is_late_a_quarter_of_an_hour_later() -> None:
    yesterday = a_run(created_at=NOW - 20 * HOUR)
    assert judge(LEDGER, yesterday, NOW - 9 * DAY, NOW + 2 * HOUR + 24 * MINUTE).state == "ok"
    late = judge(LEDGER, yesterday, NOW - 9 * DAY, NOW + 2 * HOUR + 26 * MINUTE)
    assert (late.state, late.command) == ("blocks", "orion ledger audit")
    assert [detail.in_language("en") for detail in late.details if not isinstance(detail, str)] == [
        "due: 2026-11-30 04:30 UTC"
    ]
    assert judge(PURGE, yesterday, NOW - 9 * DAY, NOW + 2 * HOUR).state == "warning", "nobody loses anything"


def test_what_has_an_hour_of_each_merchants_day_is_late_after_the_longest_day() -> None:
    last = a_run(created_at=NOW - 25 * HOUR)
    assert judge(EXPIRY, last, NOW - 9 * DAY, NOW + 15 * MINUTE).state == "ok"
    late = judge(EXPIRY, last, NOW - 9 * DAY, NOW + 16 * MINUTE)
    assert (late.state, late.command) == ("blocks", "orion points expire")


def test_what_was_never_due_since_orion_was_set_up_is_in_order() -> None:
    assert told(judge(EXPIRY, None, NOW - MINUTE, NOW)) == "It has not been due yet."
    assert judge(EXPIRY, None, NOW - 2 * DAY, NOW).state == "blocks"


def test_a_run_that_works_failed_died_or_left_something_is_told_apart() -> None:
    working = a_run(created_at=NOW - DAY, finished_at=None, heartbeat_at=NOW)
    assert told(judge(EXPIRY, working, NOW - DAY, NOW)) == "It is running."
    died = a_run(created_at=NOW, finished_at=None, heartbeat_at=NOW - 2 * MINUTE)
    assert told(judge(PURGE, died, NOW - DAY, NOW)) == "The last run was interrupted: its process ended."
    failed = a_run(created_at=NOW, error="Google refuses us.")
    assert told(judge(PURGE, failed, NOW - DAY, NOW)) == "The last run failed: Google refuses us."
    partly = a_run(created_at=NOW, failures={"7": "locked"}, counts={"failed": 1})
    left = judge(EXPIRY, partly, NOW - DAY, NOW)
    assert (left.state, left.command) == ("warning", "orion points expire --failed")
    assert judge(AUDIT, partly, NOW - DAY, NOW).state == "blocks", "a chain is broken"


def test_the_workers_do_each_task_that_the_board_expects() -> None:
    assert {task.name for task in TASKS} <= {job.name.removeprefix("cron:") for job in SCHEDULE}


@pytest.mark.parametrize(
    ("days", "state"), [(31, "ok"), (30, "warning"), (8, "warning"), (7, "blocks"), (5, "blocks"), (-1, "blocks")]
)
def test_a_certificate_that_expires_in_a_week_blocks(days: int, state: str) -> None:
    checked = a_run(counts={"apple_steps": 8}, finished_at=NOW)
    assert judge_wallet("apple", FileState(days_left=days), checked, NOW).state == state


def test_a_wallet_works_only_when_it_was_checked_lately_and_nothing_failed() -> None:
    files, checked = FileState(key_age_days=10), a_run(counts={"google_steps": 7}, finished_at=NOW)
    assert judge_wallet("google", files, None, NOW).state == "warning"
    assert judge_wallet("google", files, checked, NOW + 3 * HOUR).state == "ok"
    assert judge_wallet("google", files, checked, NOW + 3 * HOUR + MINUTE).state == "warning"
    assert told(judge_wallet("google", FileState(key_age_days=90), checked, NOW)) == "The key is 90 days old."
    refused = a_run(counts={"google_steps": 7}, failures={"google.issuer": "Unknown.", "apple.apns": "No."})
    assert list(judge_wallet("google", files, refused, NOW).details) == ["Unknown."]
    assert judge_wallet("google", FileState(fault="gone"), checked, NOW).state == "blocks"


def test_a_wallet_that_lost_its_settings_blocks_and_one_that_never_had_any_does_not() -> None:
    assert judge_unconfigured(0).state == "ok"
    assert judge_unconfigured(3).state == "blocks"


def test_passes_that_wait_longer_than_an_hour_or_are_refused_need_attention() -> None:
    assert judge_passes([(9, 1, 0, NOW - HOUR)], NOW).state == "ok"
    assert judge_passes([(9, 1, 0, NOW - HOUR - MINUTE)], NOW).state == "warning"
    assert told(judge_passes([(9, 0, 2, None)], NOW)) == "Passes up to date: 9. Waiting: 0. Refused: 2."


def a_test(**values: Any) -> LastConnectionTest:
    usual: dict[str, Any] = {
        "is_ok": True,
        "code": "ok",
        "sentence": "Email works.",
        "host": SMTP.host,
        "port": SMTP.port,
    }
    return LastConnectionTest(**usual | {"tested_at": NOW, "tested_by": "Ada"} | values)


def test_only_a_test_of_the_server_in_force_counts() -> None:
    def judged(test: LastConnectionTest | None, route: MailRoute = SMTP, *, is_production: bool = True) -> str:
        return judge_test(route, test, [], is_production=is_production).state

    assert judged(None) == "warning"
    assert judged(None, MailRoute("127.0.0.1", 2587), is_production=False) == "ok"
    assert judged(None, MailRoute("127.0.0.1", 25)) == "warning"
    assert judged(a_test()) == "ok"
    assert judged(a_test(port=465)) == "warning"
    assert judged(a_test(is_ok=False)) == "blocks"


def test_a_text_that_cannot_be_sent_blocks_and_is_named() -> None:
    verdict = judge_texts([TextProblem("loyalty_birthday", "lb", "missing", [])])
    assert (verdict.state, verdict.command) == ("blocks", "orion templates seed")
    assert "loyalty_birthday/lb: missing" in verdict.details
    assert judge_texts([]).state == "ok"


def test_failed_emails_need_attention_and_block_when_they_are_the_most() -> None:
    assert judge_delivery(100, {"a": 0}).state == "ok"
    assert judge_delivery(5, {"a": 3, "b": 2}).state == "warning"
    assert judge_delivery(4, {"a": 1, "b": 4}).state == "blocks"
    assert list(judge_delivery(4, {"a": 1, "b": 4, "c": 0}).details) == ["b 4", "a 1"]


def test_a_sentence_without_translation_needs_attention() -> None:
    assert (
        judge_catalogs([Coverage(language="fr", audience="staff", total=10, translated=10, fuzzy=0, missing=0)]).state
        == "ok"
    )
    assert (
        told(judge_catalogs([Coverage(language="fr", audience="staff", total=10, translated=7, fuzzy=1, missing=2)]))
        == "3 sentences are shown in English."
    )


def test_somebody_has_to_be_super_admin_and_in_production_with_a_second_factor() -> None:
    ada, paul = PlatformAdmin("ada@x", "super_admin", True), PlatformAdmin("paul@x", "platform_admin", False)
    assert judge_admins([paul], is_production=False).state == "blocks"
    assert judge_admins([ada, paul], is_production=False).state == "ok"
    assert judge_admins([ada, paul], is_production=True).state == "warning"
    assert judge_permissions({"a": ["x.y"]}, owners_may=True).state == "warning"
    assert judge_permissions({}, owners_may=False).state == "warning"


def test_a_merchant_needs_an_owner_pins_where_the_policy_says_so_and_a_live_store() -> None:
    assert (judge_owners([]).state, judge_owners([True, False]).state) == ("blocks", "ok")
    states = [judge_pins(PinFigures("required", 2, with_pin, 0)).state for with_pin in (0, 1, 2)]
    assert states == ["blocks", "warning", "ok"]
    assert judge_pins(PinFigures("optional", 2, 0, 0)).state == "ok"
    assert judge_pins(PinFigures("optional", 2, 2, 1)).state == "warning"
    assert [judge_stores(each).state for each in ({}, {"A": False}, {"A": True, "B": False}, {"A": True})] == [
        "blocks", "blocks", "warning", "ok",
    ]  # fmt: skip
    assert judge_own_texts({"a/fr": True, "a/de": False}).state == "warning"


def test_a_secret_that_no_key_opens_blocks() -> None:
    assert judge_secrets(3, {}).state == "ok"
    verdict = judge_secrets(3, {"users.totp_secret": 2})
    assert (verdict.state, list(verdict.details)) == ("blocks", ["users.totp_secret 2"])


def test_what_is_not_known_is_worse_than_what_needs_attention() -> None:
    assert worst([]) == "ok"
    assert worst(["ok", "warning", "unknown"]) == "unknown"
    assert worst(["unknown", "blocks"]) == "blocks"


def test_test_customers_at_real_merchants_are_named_with_the_command_that_removes_them() -> None:
    assert judge_test_data({}).state == "ok"
    left = judge_test_data({"fashion": 1, "books": 3})
    assert (left.state, left.details, left.command) == (
        "warning",
        ["books 3", "fashion 1"],
        "orion cleanup --test-data",
    )


def backups(since: timedelta | None, rehearsed_since: timedelta | None = DAY, *, is_production: bool = True) -> str:
    backed_up_at = None if since is None else NOW - since
    rehearsed_at = None if rehearsed_since is None else NOW - rehearsed_since
    return judge_backups(LastBackups(backed_up_at, rehearsed_at), NOW, is_production=is_production).state


def test_a_night_without_a_backup_is_a_warning_and_two_block() -> None:
    second = timedelta(seconds=1)
    assert (backups(LATE), backups(LATE + second)) == ("ok", "warning")
    assert (backups(TOO_LATE), backups(TOO_LATE + second)) == ("warning", "blocks")
    assert (backups(None), backups(None, is_production=False)) == ("blocks", "ok")
    assert (backups(HOUR, REHEARSED_EVERY), backups(HOUR, REHEARSED_EVERY + second)) == ("ok", "warning")
    assert backups(HOUR, None) == "warning"


def test_a_copy_of_the_keys_is_confirmed_anew_after_each_change() -> None:
    kept = Escrow("a safe", "Ada", NOW, is_of_these_keys=True)
    verdict = judge_escrow(kept, is_production=True)
    assert (verdict.state, told(verdict)) == (
        "ok", "A copy of the encryption keys is kept at: a safe. Confirmed by Ada.",
    )  # fmt: skip
    changed = judge_escrow(kept._replace(is_of_these_keys=False), is_production=True)
    assert (changed.state, changed.command) == ("warning", "orion settings confirm-escrow PLACE")
    assert judge_escrow(None, is_production=True).state == "warning"
    assert judge_escrow(None, is_production=False).state == "ok"
