"""A worker claims a timed job that is due, renews its lease while it works, and writes that it has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.leases import LEASE
from backend.operations.timed_jobs.models import TimedJob

TRIES = 3
"""A job that ends each worker that does it is left out until it is due again."""
CAUGHT_UP = timedelta(hours=6)
"""A time that is longer past is left out: what was to happen in the morning is not for the night."""


@dataclass(frozen=True, slots=True)
class JobClaim:
    name: str
    due_at: datetime
    token: UUID
    tries: int

    @property
    def is_given_up(self) -> bool:
        return self.tries > TRIES


async def claim_job(sessions: Sessions, name: str, due_at: datetime) -> JobClaim | None:
    """None when another worker does it, or it is done. The time before a job's first one is taken for done."""
    now, token = clock.now(), uuid4()
    first = insert(TimedJob).values(
        name=name, due_at=due_at, tries=0, lease_token=token, lease_until=now, finished_at=now
    )
    is_new = TimedJob.due_at < due_at
    taken = (
        update(TimedJob)
        .where(
            TimedJob.name == name,
            or_(TimedJob.finished_at.is_not(None), TimedJob.lease_until <= now),
            or_(is_new, TimedJob.finished_at.is_(None)),
        )
        .values(
            due_at=due_at,
            tries=(TimedJob.tries * (1 - is_new.cast(TimedJob.tries.type))) + 1,
            lease_token=token,
            lease_until=now + LEASE,
            finished_at=None,
        )
        .returning(TimedJob.tries)
    )
    async with sessions.committing() as session:
        await session.execute(first.on_conflict_do_nothing())
        tries = await session.scalar(taken)
    return None if tries is None else JobClaim(name, due_at, token, tries)


async def list_idle_jobs(sessions: Sessions, due: dict[str, datetime]) -> Sequence[str]:
    """Those of the jobs that may be claimed, by the last time at which each was due: one look for all of them."""
    now = clock.now()
    async with sessions.committing() as session:
        rows = {row.name: row for row in await session.scalars(select(TimedJob).where(TimedJob.name.in_(due)))}
    return [name for name, due_at in due.items() if name not in rows or _is_idle(rows[name], due_at, now)]


def _is_idle(job: TimedJob, due_at: datetime, now: datetime) -> bool:
    if job.finished_at is not None:
        return job.due_at < due_at
    return job.lease_until <= now


async def renew_job(sessions: Sessions, claim: JobClaim) -> None:
    await _write(sessions, claim, lease_until=clock.now() + LEASE)


async def end_job(sessions: Sessions, claim: JobClaim) -> None:
    await _write(sessions, claim, finished_at=clock.now())


async def give_back_job(sessions: Sessions, claim: JobClaim) -> None:
    """Another worker, or this one, does it at once."""
    await _write(sessions, claim, lease_until=clock.now(), tries=claim.tries - 1)


async def _write(sessions: Sessions, claim: JobClaim, **values: object) -> None:
    """Writes nothing when another worker has taken over."""
    is_ours: ColumnElement[bool] = (TimedJob.name == claim.name) & (TimedJob.lease_token == claim.token)
    async with sessions.committing() as session:
        await session.execute(update(TimedJob).where(is_ours).values(values))
