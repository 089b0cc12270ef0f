"""Every timed job. Times are UTC. The process's own clock runs them (`timetable.py`), which needs no Redis."""

from typing import Any, cast

from arq.cron import CronJob, cron
from arq.typing import WorkerCoroutine

from backend.operations.timed_tasks.catalog import BY_NAME
from workers.jobs.accounts import answer_reset_requests
from workers.jobs.audit import verify_audit
from workers.jobs.ledger import audit_ledger, expire_points, time_out_holds, warn_expiring_points
from workers.jobs.mail import TIMEOUT_SECONDS, send_queued_mails
from workers.jobs.marketing import greet_birthdays, reengage_customers
from workers.jobs.outbox import relay_bulk_outbox, relay_outbox
from workers.jobs.previews import preview_programs
from workers.jobs.purge import purge
from workers.jobs.retention import count_customers
from workers.jobs.reviews import tell_of_reviews
from workers.jobs.rewards import announce_reward_periods
from workers.jobs.task_runs import find_lost_runs
from workers.jobs.wallets import (
    check_wallet_certificates,
    check_wallets,
    find_lost_syncs,
    reconcile_google_passes,
    sync_waiting_passes,
    sync_wallet_passes,
)
from workers.jobs.webhooks import find_due_webhooks
from workers.runner import Job, coalesced

HOURS = 3600
QUARTERS = {0, 15, 30, 45}


def at(job: Job, *, timeout: float, **times: Any) -> CronJob:
    """`timeout`: seconds. `times`: as arq's `cron` takes them."""
    return cron(cast("WorkerCoroutine", job), timeout=timeout, **times)


def timed(task: Job, *, timeout: float) -> CronJob:
    """At the times of the catalog. A merchant's local hour can begin at any quarter of an hour in UTC."""
    times = BY_NAME[task.__name__]
    if times.local is not None:
        return at(task, minute=QUARTERS, timeout=timeout)
    return at(task, hour=times.hour, minute=times.minute, timeout=timeout)


EVERYWHERE: list[CronJob] = [
    # Every worker process runs these: what is due is claimed row by row. They find work whose wake-up was lost, and
    # work of dead processes, within five seconds of the end of its lease.
    at(relay_outbox, second=set(range(0, 60, 5)), timeout=25),
    at(send_queued_mails, second=set(range(2, 60, 5)), timeout=TIMEOUT_SECONDS),
    at(find_due_webhooks, second=set(range(1, 60, 5)), timeout=60),
    at(sync_waiting_passes, second=set(range(3, 60, 5)), timeout=60),
    at(find_lost_syncs, second=set(range(4, 60, 5)), timeout=6 * HOURS),
    at(find_lost_runs, second=set(range(1, 60, 5)), timeout=6 * HOURS),
    at(preview_programs, second=set(range(0, 60, 5)), timeout=6 * HOURS),
    at(answer_reset_requests, second=set(range(4, 60, 10)), timeout=25),
    # Nobody waits for what happens to thousands of cards at one moment.
    at(coalesced(relay_bulk_outbox), second=set(range(3, 60, 10)), timeout=6 * HOURS),
    at(time_out_holds, second=0, timeout=50),
    # At every quarter of an hour it is midnight somewhere.
    at(announce_reward_periods, minute=QUARTERS, second=30, timeout=60),
]
ONCE: list[CronJob] = [
    # One worker runs these, and another one when it dies or is stopped; a job that fails is not repeated.
    # Asks the providers once an hour, so that the board of readiness need not; after a start within a minute.
    at(check_wallets, second=20, timeout=60),
    timed(sync_wallet_passes, timeout=6 * HOURS),
    timed(reconcile_google_passes, timeout=6 * HOURS),
    timed(check_wallet_certificates, timeout=60),
    timed(expire_points, timeout=6 * HOURS),
    timed(warn_expiring_points, timeout=6 * HOURS),
    # The day is that of the merchant when the email can be sent, so that one run a day serves all time zones.
    timed(greet_birthdays, timeout=6 * HOURS),
    timed(reengage_customers, timeout=6 * HOURS),
    # Before shops open, where most of them are.
    timed(tell_of_reviews, timeout=1 * HOURS),
    timed(audit_ledger, timeout=1 * HOURS),
    timed(verify_audit, timeout=1 * HOURS),
    timed(count_customers, timeout=1 * HOURS),
    timed(purge, timeout=300),
]
SCHEDULE = [*EVERYWHERE, *ONCE]
