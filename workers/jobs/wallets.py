"""Passes: one after a booking, all that are behind every hour, a look at what Google shows and at the keys daily."""

import random
from typing import Any
from uuid import UUID

from arq.worker import Retry

from backend.core.clock import clock
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.queries import SILENCE, get_run, is_running, list_unheard
from backend.operations.wallets.alarm_mails import tell_super_admins
from backend.operations.wallets.alarms import CHECK_CERTIFICATES, check_certificates
from backend.operations.wallets.tasks import queue_sync, reconcile_google, sync_passes
from backend.services import Services
from backend.wallets.due import Scope
from backend.wallets.jobs import SYNC_PASSES, ring_sync
from backend.wallets.outcomes import Outcome
from backend.wallets.ports import Provider


async def sync_wallet_pass(context: dict[str, Any], merchant_id: str, card_id: str, provider: Provider) -> None:
    """One attempt; what is left to do then comes back later. What is lost here, the hourly run finds."""
    services: Services = context["services"]
    result = await services.wallet_sync.sync_card(UUID(merchant_id), UUID(card_id), provider)
    if result.again_in is not None:
        # When a provider was away, not all come back at once.
        spread = random.uniform(1, 2) if result.outcome is Outcome.PAUSED else 1  # noqa: S311 - no secret
        raise Retry(defer=result.again_in * spread)


async def sync_wallet_passes(context: dict[str, Any], run_id: str | None = None) -> None:
    """The hourly run over everything, unless the last one is still at it; or one that somebody has asked for.

    When its worker has died, the last one is its own: it is taken over once that has been silent long enough.
    """
    sync = context["services"].wallet_sync
    async with sync.sessions.committing() as session:
        asked = (await get_run(session, UUID(run_id)))[0] if run_id else None
        if asked is None and await is_running(session, SYNC_PASSES, clock.now()):
            if context.get("job_try", 1) > 1:
                raise Retry(defer=SILENCE)
            return
    await sync_passes(sync, asked or await queue_sync(sync, Scope()))


async def find_lost_syncs(context: dict[str, Any]) -> None:
    """Those that somebody has asked for and Redis has lost; one that still waits there is not queued twice."""
    services: Services = context["services"]
    async with services.sessions.committing() as session:
        lost = await list_unheard(session, SYNC_PASSES, clock.now())
    for run_id in lost:
        await ring_sync(services.queue, run_id)


async def reconcile_google_passes(context: dict[str, Any]) -> None:
    """Nightly; what it finds wrong is sent by the next hourly run."""
    services: Services = context["services"]
    if services.google is not None:
        await reconcile_google(services.wallet_sync, services.google)


async def check_wallet_certificates(context: dict[str, Any]) -> None:
    services: Services = context["services"]

    async def work(progress: Progress) -> None:
        alarms = check_certificates(services.settings, progress)
        await tell_super_admins(services.sessions, services.settings, alarms)

    await run_now(services.sessions, CHECK_CERTIFICATES, work)
