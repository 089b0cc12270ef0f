"""How much waits everywhere, in a handful of statements, however many merchants there are."""

from datetime import datetime

import asyncpg
from redis.asyncio import Redis

from backend.core.models import BULK_EVENTS
from backend.core.outages import server_away
from backend.messaging.queries import read_mail_backlog
from backend.operations.backlogs.schemas import Backlogs, EventBacklog, JobQueue, PassBacklog, QueueBacklog
from backend.operations.readiness.platform.queues import read_redis_queues
from backend.operations.wallets.status import PASSES
from backend.webhooks.queries import read_webhook_backlog

EVENTS = """
SELECT event_name, event_name = ANY($1::text[]) AS is_bulk, count(*) FILTER (WHERE dead_at IS NULL) AS waiting,
       min(available_at) FILTER (WHERE dead_at IS NULL) AS oldest_due_at,
       count(*) FILTER (WHERE dead_at IS NOT NULL) AS parked
FROM outbox GROUP BY event_name ORDER BY event_name
"""


async def read_backlogs(pool: asyncpg.Pool, redis: Redis, now: datetime) -> Backlogs:
    emails, webhooks = await read_mail_backlog(pool), await read_webhook_backlog(pool, now)
    return Backlogs(
        measured_at=now,
        events=[EventBacklog(**row) for row in await pool.fetch(EVENTS, list(BULK_EVENTS))],
        emails=QueueBacklog(emails.waiting, emails.oldest_at),
        passes=[
            PassBacklog(row["provider"], row["behind"], row["oldest_at"], row["failed"])
            for row in await pool.fetch(PASSES)
        ],
        webhooks=QueueBacklog(int(webhooks.waiting), webhooks.oldest_at),
        job_queues=await _read_job_queues(redis),
    )


async def _read_job_queues(redis: Redis) -> list[JobQueue] | None:
    try:
        return [JobQueue(*queue) for queue in await read_redis_queues(redis)]
    except Exception as error:
        if server_away(error) is None:
            raise
        return None
