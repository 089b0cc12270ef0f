"""What a run over all merchants tells of one of them."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from backend.operations.task_runs.actions import Progress


@dataclass(slots=True)
class MerchantReport:
    """Adds to the run's progress, and names the merchant in the reason of each failure: the run knows only ids."""

    merchant_code: str
    progress: Progress
    counts: Counter[str] = field(default_factory=Counter)
    """Of this merchant alone."""

    @property
    def done(self) -> int:
        return self.progress.done

    @done.setter
    def done(self, done: int) -> None:
        self.progress.done = done

    def count(self, what: str, times: int = 1) -> None:
        self.counts[what] += times
        self.progress.count(what, times)

    def fail(self, failed_id: UUID | str, reason: str) -> None:
        self.counts["failed"] += 1
        self.progress.fail(failed_id, f"merchant {self.merchant_code}, {reason}")
