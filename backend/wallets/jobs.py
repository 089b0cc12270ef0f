"""Jobs that sync passes: one pass after a booking, or many in a run."""

from collections.abc import Sequence
from uuid import UUID

from arq.connections import ArqRedis

from backend.core.queue import LONG_QUEUE, try_to_enqueue
from backend.wallets.ports import NotifyReason, Provider

SYNC_PASS = "sync_wallet_pass"  # noqa: S105 - a wallet's pass
SYNC_PASSES = "sync_wallet_passes"
PASSES_QUEUE = "orion:passes"
"""For single passes, so that a slow provider does not delay other jobs."""
COALESCE_SECONDS = 0.25
"""A booking may record several events, and a customer may make several bookings: one push shows them all."""

REFRESH_SECONDS = 10
"""What an owner changes within this time is one run over all passes."""


async def enqueue_pass_syncs(
    queue: ArqRedis,
    merchant_id: UUID,
    card_id: UUID,
    versions: Sequence[tuple[Provider, int]],
    notify: NotifyReason | None,
) -> None:
    """One job per card, provider and version, however often this is called. Without Redis `sync_waiting_passes` finds
    the passes."""
    for provider, version in versions:
        job_id = f"wallet:{provider}:{card_id}:{version}"
        await try_to_enqueue(
            queue,
            SYNC_PASS,
            str(merchant_id),
            str(card_id),
            provider,
            _job_id=job_id if notify is None else f"{job_id}:{notify}",
            _defer_by=COALESCE_SECONDS,
            _queue_name=PASSES_QUEUE,
        )


async def enqueue_sync_run(queue: ArqRedis, run_id: UUID, *, defer_by: float = 0) -> bool:
    """The run says which passes. One job per run, however often this is called. `defer_by`: seconds.

    False without Redis; then `find_lost_syncs` finds the run.
    """
    return await try_to_enqueue(
        queue, SYNC_PASSES, str(run_id), _job_id=f"task:{run_id}", _defer_by=defer_by, _queue_name=LONG_QUEUE
    )
