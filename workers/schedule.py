"""Every timed job, in one table. Times are UTC."""

from arq.cron import CronJob, cron

from workers.jobs.outbox import relay_outbox
from workers.jobs.tidy import purge

SCHEDULE: list[CronJob] = [
    # What Redis lost is found within five seconds.
    cron(relay_outbox, name="relay_outbox", second=set(range(0, 60, 5)), timeout=25, max_tries=1, keep_result=0),
    cron(purge, name="purge", hour=3, minute=20, timeout=300, max_tries=1, keep_result=0),
]
