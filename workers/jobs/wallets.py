"""Jobs of the wallets: sync one pass or all that are out of date, compare with Google, check certificates and keys."""

import random
from typing import Any
from uuid import UUID

from arq.worker import Retry

from backend.core.clock import clock
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.queries import SILENCE, get_run, is_running, list_unheard
from backend.operations.wallets.alarm_mails import mail_super_admins
from backend.operations.wallets.alarms import CHECK_CERTIFICATES, check_certificates
from backend.operations.wallets.tasks import queue_sync, reconcile_google, sync_passes
from backend.services import Services
from backend.wallets.due import SyncScope
from backend.wallets.jobs import SYNC_PASSES, enqueue_sync_run
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.ports import Provider


async def sync_wallet_pass(context: dict[str, Any], merchant_id: str, card_id: str, provider: Provider) -> None:
    """One attempt. The job is repeated while something is left to do; the hourly run covers jobs that were lost."""
    services: Services = context["services"]
    outcome = await services.wallet_sync.sync_card(UUID(merchant_id), UUID(card_id), provider)
    if outcome.retry_in is not None:
        # Spreads the jobs that waited for the same provider.
        spread = random.uniform(1, 2) if outcome.kind is OutcomeKind.PAUSED else 1  # noqa: S311 - no secret
        raise Retry(defer=outcome.retry_in * spread)


async def sync_wallet_passes(context: dict[str, Any], run_id: str | None = None) -> None:
    """A requested run, or the hourly run over everything, which is left out while another run is working.

    Tries again later when arq repeats the job: the running run may be this job's own, of a worker that has died.
    """
    sync = context["services"].wallet_sync
    async with sync.sessions.committing() as session:
        requested = (await get_run(session, UUID(run_id)))[0] if run_id else None
        if requested is None and await is_running(session, SYNC_PASSES, clock.now()):
            if context.get("job_try", 1) > 1:
                raise Retry(defer=SILENCE)
            return
    await sync_passes(sync, requested or await queue_sync(sync, SyncScope()))


async def find_lost_syncs(context: dict[str, Any]) -> None:
    """Enqueues requested runs that Redis has lost. A run that is still queued there is not queued twice."""
    services: Services = context["services"]
    async with services.sessions.committing() as session:
        lost = await list_unheard(session, SYNC_PASSES, clock.now())
    for run_id in lost:
        await enqueue_sync_run(services.queue, run_id)


async def reconcile_google_passes(context: dict[str, Any]) -> None:
    """Nightly. The next hourly run sends the passes that were found wrong."""
    services: Services = context["services"]
    if services.google is not None:
        await reconcile_google(services.wallet_sync, services.google)


async def check_wallet_certificates(context: dict[str, Any]) -> None:
    services: Services = context["services"]

    async def work(progress: Progress) -> None:
        alarms = check_certificates(services.settings, progress)
        platform_name = services.live.current.branding.platform_name
        await mail_super_admins(services.sessions, services.settings, alarms, platform_name=platform_name)

    await run_now(services.sessions, CHECK_CERTIFICATES, work)
