"""The job of the worker that does a requested run."""

from uuid import UUID

from arq.connections import ArqRedis

from backend.core.queue import LONG_QUEUE, try_to_enqueue

RUN_REQUESTED = "run_requested_task"


async def enqueue_run(queue: ArqRedis, run_id: UUID) -> bool:
    """One job per run, however often this is called. False without Redis; then `find_lost_runs` finds the run."""
    return await try_to_enqueue(queue, RUN_REQUESTED, str(run_id), _job_id=f"task:{run_id}", _queue_name=LONG_QUEUE)
