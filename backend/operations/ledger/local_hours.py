"""Tasks that are done for each merchant at an hour of its own day. What was missed is made up for, once."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Text, select

from backend.core.database import Sessions
from backend.merchants.models import Merchant
from backend.merchants.queries import list_zones
from backend.operations.task_runs.models import TaskRun

UNTIL = "until"
"""Argument of a run: it was for the merchants whose hour had come by then."""
DAY = timedelta(days=1)


class LocalHour(NamedTuple):
    hour: int
    late_by: timedelta | None = None
    """Later than this, it waits for the next day. None: late is better than not at all."""

    def last(self, zone: ZoneInfo, now: datetime) -> datetime:
        """When it came last, once a day: where clocks skip the hour at the hour after, where they repeat it at the
        first of the two."""
        today = now.astimezone(zone).date()
        came = (datetime.combine(day, time(self.hour), zone).astimezone(UTC) for day in (today, today - DAY))
        return next(moment for moment in came if moment <= now)

    def has_come(self, zone: ZoneInfo, since: datetime, now: datetime) -> bool:
        last = self.last(zone, now)
        return last > since and (self.late_by is None or now - last <= self.late_by)


class DueMerchants(NamedTuple):
    merchants: list[UUID]
    zones: list[str]
    """Of these merchants."""
    is_due: bool
    """Also true once a day when nobody's hour has come: that the task is alive is seen by its runs."""


async def find_due(sessions: Sessions, task: str, hour: LocalHour, now: datetime) -> DueMerchants:
    """The merchants whose hour has come since the last run that ended well."""
    until = TaskRun.arguments.op("->>", return_type=Text())(UNTIL)
    async with sessions.committing() as session:
        latest = await session.scalar(
            select(until)
            .where(TaskRun.name == task, TaskRun.merchant_id.is_(None), TaskRun.created_at <= now)
            .where(TaskRun.finished_at.is_not(None), TaskRun.error.is_(None), until.is_not(None))
            .order_by(TaskRun.created_at.desc())
            .limit(1)
        )
        since = datetime.fromisoformat(latest) if latest else now - DAY
        due = [zone for zone in await list_zones(session) if hour.has_come(ZoneInfo(zone), since, now)]
        merchants = await session.scalars(select(Merchant.id).where(Merchant.timezone.in_(due)).order_by(Merchant.id))
        found = list(merchants)
    return DueMerchants(found, sorted(due), bool(found) or now - since >= DAY)
