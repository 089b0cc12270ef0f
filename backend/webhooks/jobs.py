"""Jobs that deliver webhooks: one for each endpoint, so that a slow endpoint occupies no more than its own."""

import asyncio
from collections.abc import Iterable
from uuid import UUID, uuid4

import structlog
from arq.connections import ArqRedis

from backend.core.outages import server_away

DELIVER_WEBHOOKS = "deliver_webhooks"
WEBHOOKS_QUEUE = "orion:webhooks"
COMMIT_SECONDS = 0.25
"""Until the transaction that queued the deliveries has been committed; a timed job finds those that it has not."""

log = structlog.get_logger()


async def enqueue_deliveries(
    queue: ArqRedis, merchant_id: UUID, endpoint_ids: Iterable[UUID], *, defer_by: float = COMMIT_SECONDS
) -> None:
    """Each job has an id of its own: arq refuses one that it knows."""
    for endpoint_id in endpoint_ids:
        await queue.enqueue_job(
            DELIVER_WEBHOOKS,
            str(merchant_id),
            str(endpoint_id),
            _job_id=f"webhooks:{endpoint_id}:{uuid4().hex}",
            _defer_by=defer_by,
            _queue_name=WEBHOOKS_QUEUE,
        )


async def wake_deliveries(queue: ArqRedis, merchant_id: UUID, endpoint_id: UUID) -> None:
    """Call it after the commit. Raises nothing: a timed job finds what is due by itself."""
    try:
        async with asyncio.timeout(2):
            await enqueue_deliveries(queue, merchant_id, [endpoint_id], defer_by=0)
    except Exception as error:
        if server_away(error) is None:
            raise
        log.warning("worker_wakeup_failed", error=type(error).__name__, consequence="webhooks are sent a little later")
