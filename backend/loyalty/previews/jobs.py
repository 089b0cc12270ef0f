"""The job of a preview. What Redis loses, the next look at the table finds."""

import asyncio
from uuid import UUID

import structlog
from arq.connections import ArqRedis

from backend.core.outages import server_away
from backend.core.queue import LONG_QUEUE

PREVIEW_PROGRAM = "preview_program"
ENQUEUE_TIMEOUT_SECONDS = 2

log = structlog.get_logger()


async def enqueue_preview(queue: ArqRedis, merchant_id: UUID, preview_id: UUID) -> None:
    """After the commit. Never fails."""
    try:
        async with asyncio.timeout(ENQUEUE_TIMEOUT_SECONDS):
            await queue.enqueue_job(
                PREVIEW_PROGRAM,
                str(merchant_id),
                str(preview_id),
                _job_id=f"preview:{preview_id}",
                _queue_name=LONG_QUEUE,
            )
    except Exception as error:
        if server_away(error) is None:
            raise
        log.warning("worker_wakeup_failed", error=type(error).__name__, consequence="found within a minute")
