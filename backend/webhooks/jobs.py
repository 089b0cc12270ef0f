"""Jobs that deliver webhooks: one for each endpoint, so that a slow endpoint occupies no more than its own."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from arq.connections import ArqRedis

from backend.core.queue import try_to_enqueue

DELIVER_WEBHOOKS = "deliver_webhooks"
WEBHOOKS_QUEUE = "orion:webhooks"
COMMIT_SECONDS = 0.25
"""Until the transaction that queued the deliveries has been committed; a timed job finds those that it has not."""


async def enqueue_deliveries(
    queue: ArqRedis, merchant_id: UUID, endpoint_ids: Iterable[UUID], *, defer_by: float = COMMIT_SECONDS
) -> bool:
    """Each job has an id of its own: arq refuses one that it knows. False without Redis; a timed job finds what is due.

    After the commit nothing need be deferred.
    """
    reached = [
        await try_to_enqueue(
            queue,
            DELIVER_WEBHOOKS,
            str(merchant_id),
            str(endpoint_id),
            _job_id=f"webhooks:{endpoint_id}:{uuid4().hex}",
            _defer_by=defer_by,
            _queue_name=WEBHOOKS_QUEUE,
        )
        for endpoint_id in endpoint_ids
    ]
    return all(reached)
