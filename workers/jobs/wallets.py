"""Jobs of the wallets: sync one pass or all that are out of date, compare with Google, check certificates and keys."""

import random
from asyncio import sleep
from typing import Any
from uuid import UUID

from arq.worker import Retry

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.leases import LEASE
from backend.merchants.queries import list_merchants_with
from backend.operations.task_runs.actions import Progress, claim_run, run_now
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import get_run, is_running, list_unheard
from backend.operations.wallets.alarm_mails import mail_super_admins
from backend.operations.wallets.alarms import CHECK_CERTIFICATES, check_certificates
from backend.operations.wallets.check_runs import run_wallet_checks
from backend.operations.wallets.tasks import queue_sync, reconcile_google, sync_passes
from backend.services import Services
from backend.wallets.due import SyncScope
from backend.wallets.jobs import SYNC_PASSES, enqueue_sync_run
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.ports import Provider
from backend.wallets.waiting import sync_waiting

LOOK_SECONDS = 1.0
LOOKS = 2 + int(LEASE.total_seconds() / LOOK_SECONDS)


async def sync_wallet_pass(context: dict[str, Any], merchant_id: str, card_id: str, provider: Provider) -> None:
    """One attempt. The job is repeated while something is left to do; the hourly run covers jobs that were lost."""
    services: Services = context["services"]
    outcome = await services.wallet_sync.sync_card(UUID(merchant_id), UUID(card_id), provider)
    if outcome.retry_in is not None:
        # Spreads the jobs that waited for the same provider.
        spread = random.uniform(1, 2) if outcome.kind is OutcomeKind.PAUSED else 1  # noqa: S311 - no secret
        raise Retry(defer=outcome.retry_in * spread)


async def sync_wallet_passes(context: dict[str, Any], run_id: str | None = None) -> None:
    """A requested run, or the hourly run over everything, which is left out while another run is working."""
    sync = context["services"].wallet_sync
    if run_id is not None:
        if await claim_run(sync.sessions, UUID(run_id)):
            async with sync.sessions.committing() as session:
                run = (await get_run(session, UUID(run_id)))[0]
            await sync_passes(sync, run)
        return
    if not await _is_another_at_it(sync.sessions, looks=LOOKS if context.get("job_try", 1) > 1 else 1):
        await sync_passes(sync, await queue_sync(sync, SyncScope()))


async def _is_another_at_it(sessions: Sessions, *, looks: int) -> bool:
    """Who takes over from a dead worker looks until that worker's run has been silent for long enough."""
    for look in range(looks):
        if look:
            await sleep(LOOK_SECONDS)
        async with sessions.committing() as session:
            if not await is_running(session, SYNC_PASSES, clock.now()):
                return False
    return True


async def sync_waiting_passes(context: dict[str, Any]) -> None:
    """Passes whose job was lost, and those whose worker has died in the middle."""
    services: Services = context["services"]
    for merchant_id in await list_merchants_with("passes", services.pool, clock.now()):
        await sync_waiting(services.wallet_sync, merchant_id)


async def find_lost_syncs(context: dict[str, Any]) -> None:
    """Enqueues requested runs that nobody is at. Without Redis they are done here, one after the other."""
    services: Services = context["services"]
    async with services.sessions.committing() as session:
        lost = await list_unheard(session, SYNC_PASSES, clock.now())
    for run_id in lost:
        if not await enqueue_sync_run(services.queue, run_id):
            await sync_wallet_passes(context, str(run_id))


async def reconcile_google_passes(context: dict[str, Any]) -> None:
    """Nightly. The next hourly run sends the passes that were found wrong."""
    services: Services = context["services"]
    if services.google is not None:
        await reconcile_google(services.wallet_sync, services.google)


async def check_wallets(context: dict[str, Any]) -> None:
    """So that readiness shows a check of this hour."""
    services: Services = context["services"]
    await run_wallet_checks(services.sessions, services.settings, services.redis, services.apple)


async def check_wallet_certificates(context: dict[str, Any]) -> None:
    await run_certificate_check(context["services"])


async def run_certificate_check(services: Services, run: TaskRun | None = None) -> None:
    async def work(progress: Progress) -> None:
        alarms = check_certificates(services.settings, progress)
        platform_name = services.live.current.branding.platform_name
        await mail_super_admins(services.sessions, services.settings, alarms, platform_name=platform_name)

    await run_now(services.sessions, CHECK_CERTIFICATES, work, run=run)
