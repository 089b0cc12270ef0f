"""Task runs over cards with expiring points: one books expiry, one warns holders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.queries import read_merchants_of_cards
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.loyalty.ledger.tasks.warn import ExpiryWarning
from backend.merchants.queries import list_merchant_ids, list_zones
from backend.operations.ledger.local_hours import UNTIL, LocalHour, find_due
from backend.operations.task_runs.actions import Progress, queue_run, run_now, run_task
from backend.operations.task_runs.last_runs import retry_arguments
from backend.operations.task_runs.models import CARD_IDS, ZONES, TaskRun
from backend.operations.task_runs.problems import TaskRunNotFound


class PointsWork(Protocol):
    async def run(self, merchants: Sequence[UUID]) -> None: ...
    async def run_on(self, merchant_id: UUID, cards: Sequence[UUID]) -> None: ...


BeginWork = Callable[[Ledger, Sessions, Progress, bool], PointsWork]
"""The last parameter: a dry run."""


@dataclass(frozen=True, slots=True)
class PointsTask:
    name: str
    counts: str
    """Name of the count of points in the run's counts."""
    begin: BeginWork
    hour: LocalHour
    """When the schedule does it, in the merchant's zone."""

    async def run_due(self, ledger: Ledger, sessions: Sessions) -> TaskRun | None:
        """One run for all merchants whose hour has come. None: there is none."""
        now = clock.now()
        merchants, zones, is_due = await find_due(sessions, self.name, self.hour, now)

        async def work(progress: Progress) -> None:
            await self._work(ledger, sessions, progress).run(merchants)

        arguments = {UNTIL: now.isoformat(), ZONES: zones}
        return await run_now(sessions, self.name, work, arguments=arguments) if is_due else None

    async def run(self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None) -> TaskRun:
        """Runs for one merchant, or for all. It has no `UNTIL`, so that `find_due` takes it for no scheduled run."""
        async with sessions.committing() as session:
            arguments = {ZONES: await list_zones(session)} if merchant_id is None else {}
        run = await queue_run(sessions, self.name, merchant_id=merchant_id, arguments=arguments)
        return await self.run_queued(ledger, sessions, run)

    async def retry_failed(self, ledger: Ledger, sessions: Sessions, failed: TaskRun) -> TaskRun:
        """Once more exactly those cards that have failed in this run.

        Raises TaskRunNotFound for a run of another task, and NothingFailed.
        """
        if failed.name != self.name:
            raise TaskRunNotFound
        arguments = retry_arguments(failed)
        run = await queue_run(sessions, self.name, merchant_id=failed.merchant_id, arguments=arguments)
        return await self.run_queued(ledger, sessions, run)

    async def run_queued(self, ledger: Ledger, sessions: Sessions, run: TaskRun) -> TaskRun:
        """Does what the run's arguments say: all cards or some; a dry run only counts."""
        cards: list[str] | None = run.arguments.get(CARD_IDS)

        async def work(progress: Progress) -> None:
            working = self._work(ledger, sessions, progress, dry_run=run.is_dry_run)
            if cards is None:
                await working.run(await list_merchant_ids(sessions, run.merchant_id))
                return
            for merchant_id, its_cards in await read_merchants_of_cards(ledger.pool, list(map(UUID, cards))):
                await working.run_on(merchant_id, its_cards)

        return await run_task(sessions, run, work)

    async def preview(self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None) -> Progress:
        """What a run would do now. Books nothing, sends nothing and records no run."""
        progress = Progress()
        merchants = await list_merchant_ids(sessions, merchant_id)
        await self._work(ledger, sessions, progress, dry_run=True).run(merchants)
        return progress

    def _work(self, ledger: Ledger, sessions: Sessions, progress: Progress, *, dry_run: bool = False) -> PointsWork:
        progress.counts.update({"processed": 0, self.counts: 0, "failed": 0})
        return self.begin(ledger, sessions, progress, dry_run)


def _expire(ledger: Ledger, _: Sessions, progress: Progress, dry_run: bool) -> PointsWork:
    return PointsExpiry(ledger, clock.now(), progress, dry_run)


def _warn(ledger: Ledger, sessions: Sessions, progress: Progress, dry_run: bool) -> PointsWork:
    return ExpiryWarning(ledger.pool, sessions, clock.now(), progress, dry_run)


EXPIRY = PointsTask("expire_points", "expired_points", _expire, LocalHour(2))
WARNING = PointsTask(
    "warn_expiring_points",
    "expiring_points",
    _warn,
    # In opening hours, because phones show a notification.
    LocalHour(9, late_by=timedelta(hours=6)),
)
