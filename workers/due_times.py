"""When a timed job was due last."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from arq.cron import CronJob

PERIODS = (timedelta(minutes=2), timedelta(hours=2), timedelta(days=1, minutes=1))
"""Of all jobs there are, the shortest first: arq goes through the times one by one."""


@dataclass(frozen=True, slots=True)
class DueTimes:
    """Each is kept until the next one has come: arq takes a thousandth of a second for one."""

    _known: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def last(self, job: CronJob, now: datetime) -> datetime:
        last, following = self._known.get(job.name, (now, now))
        if not last <= now < following:
            last, following = self._known[job.name] = times_around(job, now)
        return last


def times_around(job: CronJob, now: datetime) -> tuple[datetime, datetime]:
    """When it was due last, and when it is due next."""
    last = following = next(time for period in PERIODS if (time := _next_time(job, now - period)) <= now)
    while following <= now:
        last, following = following, _next_time(job, following)
    return last, following


def _next_time(job: CronJob, after: datetime) -> datetime:
    job.calculate_next(after)
    assert job.next_run is not None, "it was calculated"
    return job.next_run
