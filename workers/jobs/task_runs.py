"""Runs that a person has started."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from backend.core.clock import clock
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.operations.audit.tasks import VERIFY_AUDIT, verify_audit
from backend.operations.ledger.points import EXPIRY, WARNING, PointsTask
from backend.operations.ledger.tasks import AUDIT_LEDGER, audit_ledger
from backend.operations.marketing.tasks import GREETINGS, REENGAGEMENT, MarketingTask
from backend.operations.retention.tasks import COUNT_CUSTOMERS, count_customers
from backend.operations.reviews.tasks import TASK as TELL_OF_REVIEWS
from backend.operations.reviews.tasks import ReviewNotices
from backend.operations.task_runs.actions import claim_run, give_up_run
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import get_run, list_unheard_requests
from backend.operations.timed_tasks.catalog import PURGE
from backend.operations.timed_tasks.jobs import enqueue_run
from backend.operations.wallets.alarms import CHECK_CERTIFICATES
from backend.operations.wallets.tasks import reconcile_google
from backend.services import Services
from backend.wallets.reconcile import RECONCILE
from i18n.translator import N_
from workers.jobs.purge import run_purge
from workers.jobs.wallets import run_certificate_check

NO_GOOGLE = N_("Google Wallet is not configured.")

TaskOfRun = Callable[[Services, TaskRun], Awaitable[object]]


async def run_requested(context: dict[str, Any], run_id: str) -> None:
    """Does what the run asks for. Nothing while another worker is at it, or when it has ended."""
    services: Services = context["services"]
    if not await claim_run(services.sessions, UUID(run_id)):
        return
    async with services.sessions.committing() as session:
        run = (await get_run(session, UUID(run_id)))[0]
    await TASKS_OF_RUNS[run.name](services, run)
    await try_to_wake(services.queue, SEND_MAILS)


async def find_lost_runs(context: dict[str, Any]) -> None:
    """Enqueues requested runs that nobody is at. Without Redis they are done here, one after the other."""
    services: Services = context["services"]
    async with services.sessions.committing() as session:
        lost = await list_unheard_requests(session, TASKS_OF_RUNS, clock.now())
    for run_id in lost:
        if not await enqueue_run(services.queue, run_id):
            await run_requested(context, str(run_id))


async def _points(task: PointsTask, services: Services, run: TaskRun) -> None:
    await task.run_queued(services.ledger, services.sessions, run)


async def _marketing(task: MarketingTask, services: Services, run: TaskRun) -> None:
    await task.run(services.sessions, services.links, services.unsubscribe_links, services.live, run)


async def _audit_ledger(services: Services, run: TaskRun) -> None:
    await audit_ledger(services.pool, services.sessions, run)


async def _verify_audit(services: Services, run: TaskRun) -> None:
    await verify_audit(services.pool, services.sessions, run)


async def _reconcile(services: Services, run: TaskRun) -> None:
    if services.google is None:
        await give_up_run(services.sessions, run, NO_GOOGLE)
    else:
        await reconcile_google(services.wallet_sync, services.google, run)


async def _tell_of_reviews(services: Services, run: TaskRun) -> None:
    await ReviewNotices(services.sessions, services.live, services.settings.public_url).run(run)


async def _count_customers(services: Services, run: TaskRun) -> None:
    await count_customers(services.sessions, run)


TASKS_OF_RUNS: Mapping[str, TaskOfRun] = {
    EXPIRY.name: partial(_points, EXPIRY),
    WARNING.name: partial(_points, WARNING),
    AUDIT_LEDGER: _audit_ledger,
    VERIFY_AUDIT: _verify_audit,
    RECONCILE: _reconcile,
    CHECK_CERTIFICATES: run_certificate_check,
    GREETINGS.name: partial(_marketing, GREETINGS),
    REENGAGEMENT.name: partial(_marketing, REENGAGEMENT),
    TELL_OF_REVIEWS: _tell_of_reviews,
    COUNT_CUSTOMERS: _count_customers,
    PURGE: run_purge,
}
"""By the name of the task. Passes have a job of their own, `sync_wallet_passes`."""
