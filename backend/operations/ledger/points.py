"""Task runs over cards with expiring points: one books expiry, one warns holders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.queries import read_merchants_of_cards
from backend.loyalty.ledger.tasks.expire import PointsExpiry, TaskReport
from backend.loyalty.ledger.tasks.warn import ExpiryWarning
from backend.merchants.queries import list_merchant_codes, list_zones
from backend.operations.ledger.local_hours import UNTIL, LocalHour, find_due
from backend.operations.ledger.merchant_report import MerchantReport
from backend.operations.task_runs.actions import Progress, queue_run, run_now, run_task
from backend.operations.task_runs.last_runs import retry_arguments
from backend.operations.task_runs.models import CARD_IDS, ZONES, TaskRun
from backend.operations.task_runs.problems import TaskRunNotFound


class PointsWork(Protocol):
    async def run(self, merchants: Sequence[UUID]) -> None: ...
    async def run_on(self, merchant_id: UUID, cards: Sequence[UUID]) -> None: ...


BeginWork = Callable[[Ledger, Sessions, TaskReport, bool], PointsWork]
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
            await self._run_each(ledger, sessions, progress, dict.fromkeys(merchants))

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
            chosen: Mapping[UUID, Sequence[UUID] | None] | None = None
            if cards is not None:
                chosen = dict(await read_merchants_of_cards(ledger.pool, list(map(UUID, cards))))
            elif run.merchant_id is not None:
                chosen = {run.merchant_id: None}
            await self._run_each(ledger, sessions, progress, chosen, dry_run=run.is_dry_run)

        return await run_task(sessions, run, work)

    async def preview(
        self, ledger: Ledger, sessions: Sessions, merchant_id: UUID | None
    ) -> tuple[Progress, list[MerchantReport]]:
        """What a run would do now, and for whom. Books nothing, sends nothing and records no run."""
        progress = Progress()
        chosen = None if merchant_id is None else {merchant_id: None}
        reports = await self._run_each(ledger, sessions, progress, chosen, dry_run=True)
        return progress, [report for report in reports if report.counts.total()]

    async def _run_each(
        self,
        ledger: Ledger,
        sessions: Sessions,
        progress: Progress,
        chosen: Mapping[UUID, Sequence[UUID] | None] | None,
        *,
        dry_run: bool = False,
    ) -> list[MerchantReport]:
        """`chosen`: merchants, each with its cards or None for all of them. None: all merchants."""
        progress.counts.update({"processed": 0, self.counts: 0, "failed": 0})
        reports = []
        for merchant_id, code in await list_merchant_codes(sessions):
            if chosen is not None and merchant_id not in chosen:
                continue
            reports.append(report := MerchantReport(code, progress))
            working = self.begin(ledger, sessions, report, dry_run)
            cards = chosen[merchant_id] if chosen is not None else None
            await (working.run([merchant_id]) if cards is None else working.run_on(merchant_id, cards))
        return reports


def _expire(ledger: Ledger, _: Sessions, report: TaskReport, dry_run: bool) -> PointsWork:
    return PointsExpiry(ledger, clock.now(), report, dry_run)


def _warn(ledger: Ledger, sessions: Sessions, report: TaskReport, dry_run: bool) -> PointsWork:
    return ExpiryWarning(ledger.pool, sessions, clock.now(), report, dry_run)


EXPIRY = PointsTask("expire_points", "expired_points", _expire, LocalHour(2))
WARNING = PointsTask(
    "warn_expiring_points",
    "expiring_points",
    _warn,
    # In opening hours, because phones show a notification.
    LocalHour(9, late_by=timedelta(hours=6)),
)
