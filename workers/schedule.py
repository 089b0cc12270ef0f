"""Every timed job, in one table. Times are UTC."""

from arq.cron import CronJob, cron

from backend.core.queue import RELAY
from workers.jobs.outbox import relay_outbox
from workers.jobs.tidy import purge
from workers.runner import logged

SCHEDULE: list[CronJob] = [
    # What Redis lost is found within five seconds.
    cron(logged(relay_outbox), name=RELAY, second=set(range(0, 60, 5)), timeout=25, max_tries=1, keep_result=0),
    cron(logged(purge), name="purge", hour=3, minute=20, timeout=300, max_tries=1, keep_result=0),
]
