"""What waits in PostgreSQL and in Redis, and since when."""

import time
from typing import NamedTuple

from redis.asyncio import Redis

from backend.core.backlog import Backlog, read_outbox_backlog
from backend.core.outages import server_away
from backend.core.queue import LONG_QUEUE, QUEUE_NAME
from backend.core.sentence import say
from backend.operations.readiness.platform.figures import read_figures
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import RowState
from backend.operations.readiness.verdicts import RowVerdict
from backend.wallets.jobs import PASSES_QUEUE
from backend.webhooks.jobs import WEBHOOKS_QUEUE
from i18n.translator import N_, NN_

QUEUES = (QUEUE_NAME, PASSES_QUEUE, WEBHOOKS_QUEUE, LONG_QUEUE)
SLOW_SECONDS, STUCK_SECONDS = 60, 15 * 60
PARKED_SHOWN = "SELECT event_name, count(*) AS events, max(last_error) AS error FROM outbox WHERE dead_at IS NOT NULL"
PARKED = f"{PARKED_SHOWN} GROUP BY event_name ORDER BY event_name"
PLATFORM_MAILS = """
SELECT count(*) AS waiting, min(available_at) AS oldest_at FROM platform_mails
WHERE status IN ('queued', 'sending') AND available_at <= $1
"""

EMPTY = N_("Nothing waits.")
MOVING = N_("Due: %(waiting)s. Age of the oldest: %(age)s.")
GIVEN_UP = NN_("%(count)s event was given up and is parked.", "%(count)s events were given up and are parked.")
LOOK_AT_WORKERS = N_("See whether workers run and what their log says. What waits is not lost.")
READ_ERRORS = N_("Read the errors. What followed from these events has not happened: emails, passes or webhooks.")
REDIS_OK = N_("Redis answers.")
REDIS_AWAY = N_("Redis does not answer (%(reason)s). Tills go on; emails and passes come some seconds later.")
START_REDIS = N_("Start Redis. Nothing has to be restored: PostgreSQL has everything.")


async def look_at_outbox(probe: Probe) -> RowVerdict:
    backlog = await read_outbox_backlog(probe.pool)
    parked = [f"{row['event_name']} {row['events']}: {row['error']}" for row in await probe.pool.fetch(PARKED)]
    verdict = judge_backlog(backlog, probe)
    if verdict.state == "ok" and backlog.parked:
        return RowVerdict("warning", say(GIVEN_UP, count=backlog.parked), details=parked, step=say(READ_ERRORS))
    return verdict


async def look_at_mail_queue(probe: Probe) -> RowVerdict:
    """Those that are due: others wait for a retry, or until people are awake."""
    return judge_backlog(await read_mail_queue(probe), probe)


async def read_mail_queue(probe: Probe) -> Backlog:
    """Of the platform and of all merchants."""
    row = await probe.pool.fetchrow(PLATFORM_MAILS, probe.now)
    figures = await probe.once(read_figures)
    oldest = [row["oldest_at"], *(each.oldest_mail_at for each in figures)]
    waiting = row["waiting"] + sum(each.mails_due for each in figures)
    return Backlog(waiting, min(filter(None, oldest), default=None))


def judge_backlog(backlog: Backlog, probe: Probe) -> RowVerdict:
    if not backlog.waiting:
        return RowVerdict("ok", say(EMPTY))
    age = backlog.age_seconds(probe.now)
    evidence = say(MOVING, waiting=backlog.waiting, age=int(age))
    if age < SLOW_SECONDS:
        return RowVerdict("ok", evidence)
    state: RowState = "blocks" if age >= STUCK_SECONDS else "warning"
    return RowVerdict(state, evidence, backlog.oldest_at, step=say(LOOK_AT_WORKERS))


class RedisQueue(NamedTuple):
    name: str
    due: int
    """Wake-ups and jobs that wait."""
    age_seconds: float
    """Of the oldest that is due; 0 without one."""


async def read_redis_queues(redis: Redis) -> list[RedisQueue]:
    """Raises what Redis raises that is away."""
    now_ms = int(time.time() * 1000)
    async with redis.pipeline(transaction=False) as pipe:
        for queue in QUEUES:
            pipe.zcount(queue, 0, now_ms)
            pipe.zrange(queue, 0, 0, withscores=True)
        answers = await pipe.execute()
    return [
        RedisQueue(name, due, (now_ms - oldest[0][1]) / 1000 if due and oldest else 0.0)
        for name, due, oldest in zip(QUEUES, answers[::2], answers[1::2], strict=True)
    ]


async def look_at_redis(probe: Probe) -> RowVerdict:
    """With the wake-ups and jobs that are due in each queue."""
    try:
        queues = await read_redis_queues(probe.redis)
    except Exception as error:
        if server_away(error) is None:
            raise
        return RowVerdict("warning", say(REDIS_AWAY, reason=type(error).__name__), step=say(START_REDIS))
    return RowVerdict("ok", say(REDIS_OK), details=[queue_line(queue) for queue in queues])


def queue_line(queue: RedisQueue) -> str:
    age = f", {queue.age_seconds:.0f} s" if queue.due else ""
    return f"{queue.name}: {queue.due}{age}"
