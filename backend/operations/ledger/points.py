"""Task runs over cards with expiring points: one books expiry, one warns holders."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.tasks.expire import expire_points
from backend.loyalty.ledger.tasks.warn import ExpiryWarning
from backend.merchants.queries import list_merchant_ids
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

    async def run(self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None) -> TaskRun:
        """Runs for one merchant, or for all."""

        async def work(progress: Progress) -> None:
            await self._work(ledger, sessions, merchant_id, progress, dry_run=False)

        return await run_now(sessions, self.name, work, merchant_id=merchant_id)

    async def preview(self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None) -> Progress:
        """What a run would do now. Books nothing, sends nothing and records no run."""
        progress = Progress()
        await self._work(ledger, sessions, merchant_id, progress, dry_run=True)
        return progress

    async def _work(
        self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None, progress: Progress, *, dry_run: bool
    ) -> None:
        progress.counts.update({"processed": 0, self.counts: 0, "failed": 0})
        await self.act(ledger, sessions, await list_merchant_ids(sessions, merchant_id), progress, dry_run)


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


EXPIRY = PointsTask("expire_points", "expired_points", _expire)
WARNING = PointsTask("warn_expiring_points", "expiring_points", _warn)
