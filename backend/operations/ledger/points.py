"""Task runs over cards with expiring points: one books expiry, one warns holders."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.tasks.expire import expire_points
from backend.loyalty.ledger.tasks.warn import ExpiryWarning
from backend.merchants.queries import list_merchant_ids
from backend.operations.ledger.local_hours import UNTIL, LocalHour, find_due
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun

PointsAction = Callable[[Ledger, Sessions, Sequence[UUID], Progress, bool], Awaitable[None]]
"""The last parameter: a dry run."""


@dataclass(frozen=True, slots=True)
class PointsTask:
    name: str
    counts: str
    """Name of the count of points in the run's counts."""
    act: PointsAction
    hour: LocalHour
    """When the schedule does it, in the merchant's zone."""

    async def run_due(self, ledger: Ledger, sessions: Sessions) -> TaskRun | None:
        """One run for all merchants whose hour has come. None: there is none."""
        now = clock.now()
        merchants, is_due = await find_due(sessions, self.name, self.hour, now)

        async def work(progress: Progress) -> None:
            await self._work(ledger, sessions, merchants, progress, dry_run=False)

        return await run_now(sessions, self.name, work, arguments={UNTIL: now.isoformat()}) if is_due else None

    async def run(self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None) -> TaskRun:
        """Runs for one merchant, or for all."""

        async def work(progress: Progress) -> None:
            merchants = await list_merchant_ids(sessions, merchant_id)
            await self._work(ledger, sessions, merchants, progress, dry_run=False)

        return await run_now(sessions, self.name, work, merchant_id=merchant_id)

    async def preview(self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None) -> Progress:
        """What a run would do now. Books nothing, sends nothing and records no run."""
        progress = Progress()
        merchants = await list_merchant_ids(sessions, merchant_id)
        await self._work(ledger, sessions, merchants, progress, dry_run=True)
        return progress

    async def _work(
        self, ledger: Ledger, sessions: Sessions, merchants: Sequence[UUID], progress: Progress, *, dry_run: bool
    ) -> None:
        progress.counts.update({"processed": 0, self.counts: 0, "failed": 0})
        await self.act(ledger, sessions, merchants, progress, dry_run)


async def _expire(ledger: Ledger, _: Sessions, merchants: Sequence[UUID], progress: Progress, dry_run: bool) -> None:
    await expire_points(ledger, merchants, clock.now(), progress, dry_run=dry_run)


async def _warn(
    ledger: Ledger,
    sessions: Sessions,
    merchants: Sequence[UUID],
    progress: Progress,
    dry_run: bool,
) -> None:
    await ExpiryWarning(ledger.pool, sessions, clock.now(), progress, dry_run).run(merchants)


EXPIRY = PointsTask("expire_points", "expired_points", _expire, LocalHour(2))
WARNING = PointsTask(
    "warn_expiring_points",
    "expiring_points",
    _warn,
    # In opening hours, because phones show a notification.
    LocalHour(9, late_by=timedelta(hours=6)),
)
