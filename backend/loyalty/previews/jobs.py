"""The job of a preview. What Redis loses, the next look at the table finds."""

from uuid import UUID

from arq.connections import ArqRedis

from backend.core.queue import LONG_QUEUE, try_to_enqueue

PREVIEW_PROGRAM = "preview_program"


async def enqueue_preview(queue: ArqRedis, merchant_id: UUID, preview_id: UUID) -> None:
    """After the commit."""
    await try_to_enqueue(
        queue,
        PREVIEW_PROGRAM,
        str(merchant_id),
        str(preview_id),
        _job_id=f"preview:{preview_id}",
        _queue_name=LONG_QUEUE,
    )
