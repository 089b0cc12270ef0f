"""Runs over many passes, each with a task run that records its result."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from arq.connections import ArqRedis
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.operations.task_runs.actions import Progress, TaskFailed, Watch, queue_run, run_now, run_task, touch_run
from backend.operations.task_runs.models import TaskRun
from backend.wallets.catch_up import ProviderStopped, catch_up
from backend.wallets.due import SyncScope
from backend.wallets.google.open import Google
from backend.wallets.jobs import REFRESH_SECONDS, SYNC_PASSES, enqueue_sync_run
from backend.wallets.ports import Misconfigured, Paused
from backend.wallets.reconcile import RECONCILE, Reconciliation
from backend.wallets.refresh import bump_all_pass_versions
from backend.wallets.sync import WalletSync

CATCH_UP: Mapping[str, bool] = {"only_failed": False}
REFRESH: Mapping[str, bool] = {**CATCH_UP, "is_refresh": True}
"""Arguments of runs."""


async def queue_sync(
    sync: WalletSync, scope: SyncScope, *, card_code: str | None = None, requested_by: PlatformOrigin | None = None
) -> TaskRun:
    """Creates the task run of a sync. `card_code` is for the list of runs."""
    arguments: dict[str, Any] = {"only_failed": scope.only_failed}
    if scope.card_id is not None:
        arguments |= {"card_id": str(scope.card_id), "card_code": card_code}
    if scope.card_ids is not None:
        arguments["card_ids"] = [str(card_id) for card_id in scope.card_ids]
    return await queue_run(
        sync.sessions, SYNC_PASSES, merchant_id=scope.merchant_id, requested_by=requested_by, arguments=arguments
    )


async def request_refresh(session: AsyncSession, queue: ArqRedis, run_id: UUID, merchant_id: UUID) -> None:
    """Requests the run over all passes of a merchant, which makes them out of date."""
    await _request(session, queue, run_id, merchant_id, REFRESH)


async def request_catch_up(session: AsyncSession, queue: ArqRedis, run_id: UUID, merchant_id: UUID) -> None:
    """Requests the run over those passes of a merchant that are out of date."""
    await _request(session, queue, run_id, merchant_id, CATCH_UP, REFRESH)


async def _request(
    session: AsyncSession, queue: ArqRedis, run_id: UUID, merchant_id: UUID, *which: Mapping[str, bool]
) -> None:
    """Creates the first kind of run in the session, and its job. A second call changes nothing.

    Nor does one while a run of one of the kinds is still to begin: that run shows this change, too. The job begins when
    the session has committed; if that takes longer, or fails, `find_lost_syncs` finds the run.
    """
    if await _is_waiting(session, merchant_id, which):
        return
    run = {"id": run_id, "name": SYNC_PASSES, "merchant_id": merchant_id, "arguments": which[0]}
    progress: dict[str, Any] = {"created_at": clock.now(), "counts": {}, "failures": {}, "done": 0}
    await session.execute(insert(TaskRun).values(run | progress).on_conflict_do_nothing())
    await enqueue_sync_run(queue, run_id, defer_by=REFRESH_SECONDS)


async def _is_waiting(session: AsyncSession, merchant_id: UUID, which: Sequence[Mapping[str, bool]]) -> bool:
    """Locks the run, so that it begins after this session's commit or is not waiting any more."""
    waiting = select(TaskRun.id).where(
        TaskRun.name == SYNC_PASSES,
        TaskRun.merchant_id == merchant_id,
        TaskRun.arguments.in_(which),
        TaskRun.heartbeat_at.is_(None),
        TaskRun.finished_at.is_(None),
    )
    return await session.scalar(waiting.limit(1).with_for_update()) is not None


async def sync_passes(sync: WalletSync, run: TaskRun, *, watch: Watch | None = None) -> TaskRun:
    """Works off the run. When a provider refuses us, the run has an error, and its cards do not count as failed."""
    scope = SyncScope(
        merchant_id=run.merchant_id,
        card_id=UUID(run.arguments["card_id"]) if "card_id" in run.arguments else None,
        only_failed=run.arguments.get("only_failed", False),
        card_ids=tuple(map(UUID, run.arguments["card_ids"])) if "card_ids" in run.arguments else None,
    )

    async def work(progress: Progress) -> None:
        progress.counts.update(processed=0, synced=0, failed=0)
        try:
            await catch_up(sync, scope, progress)
        except ProviderStopped as stopped:
            raise TaskFailed(str(stopped)) from stopped

    if run.arguments.get("is_refresh"):
        await _begin_refresh(sync, run)
    return await run_task(sync.sessions, run, work, watch=watch)


async def _begin_refresh(sync: WalletSync, run: TaskRun) -> None:
    """Makes all passes of the merchant out of date. What changes from now on requests another run.

    The run is started afterwards: when this fails, it still waits, and `find_lost_syncs` finds it.
    """
    assert run.merchant_id is not None, "the passes of one merchant are refreshed"
    await touch_run(sync.sessions, run)
    await bump_all_pass_versions(sync.sessions, run.merchant_id)


async def reconcile_google(sync: WalletSync, google: Google, run: TaskRun | None = None) -> TaskRun:
    async def work(progress: Progress) -> None:
        progress.counts.update(compared=0, wrong=0)
        try:
            await Reconciliation(sync, google, progress).run()
        except (Paused, Misconfigured) as error:
            raise TaskFailed(str(error)) from error

    return await run_now(sync.sessions, RECONCILE, work, run=run)
