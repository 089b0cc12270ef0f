"""The jobs of passes: one pass after a booking, and many at once."""

from collections.abc import Sequence
from uuid import UUID

from arq.connections import ArqRedis

from backend.core.queue import LONG_QUEUE
from backend.wallets.ports import Notify, Provider

SYNC_PASS = "sync_wallet_pass"  # noqa: S105 - a wallet's pass
SYNC_PASSES = "sync_wallet_passes"
PASSES_QUEUE = "orion:passes"
"""Of single passes: a provider that answers slowly keeps nothing else waiting."""
COALESCE_SECONDS = 0.25
"""A booking may tell several things, a minute at the till several bookings: one push shows them all."""


async def ring_passes(
    queue: ArqRedis, merchant_id: UUID, card_id: UUID, versions: Sequence[tuple[Provider, int]], notify: Notify | None
) -> None:
    """Once per card, provider and version, however often it is told."""
    for provider, version in versions:
        job_id = f"wallet:{provider}:{card_id}:{version}"
        await queue.enqueue_job(
            SYNC_PASS,
            str(merchant_id),
            str(card_id),
            provider,
            _job_id=job_id if notify is None else f"{job_id}:{notify}",
            _defer_by=COALESCE_SECONDS,
            _queue_name=PASSES_QUEUE,
        )


async def ring_sync(queue: ArqRedis, run_id: UUID) -> None:
    """A sync of many passes, whose run says which; once, however often it is told."""
    await queue.enqueue_job(SYNC_PASSES, str(run_id), _job_id=f"task:{run_id}", _queue_name=LONG_QUEUE)
