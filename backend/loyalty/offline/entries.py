"""An operation of a batch on its way through booking, and what the tablet is told of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from backend.core.problems import Problem
from backend.loyalty.offline.items import ItemBody, OfflineItem
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.offline.schemas.batches import OperationOutcome, OperationResult

OUTCOMES: dict[str, OperationOutcome] = {
    "received": "deferred",
    "applied": "applied",
    "refused": "refused",
    "review": "review",
    "booked": "duplicate",
    "dismissed": "refused",
}


@dataclass(slots=True)
class BatchEntry:
    operation_id: str | None
    row: DeviceOperation | None = None
    """None for what is not kept: without a usable id, or with the id of another operation."""
    item: OfflineItem | None = None
    body: ItemBody | None = None
    staff_pin_id: UUID | None = None
    is_known: bool = False
    """Handed in before."""
    is_repeated: bool = False
    """It stands earlier in the same batch."""
    is_other: bool = False
    """Its id is another operation's."""

    @property
    def is_due(self) -> bool:
        """It may be booked now."""
        return self.row is not None and self.row.state == "received" and self.item is not None

    def result(self, batch_id: UUID, problem: dict[str, Any] | None) -> OperationResult:
        """`problem`: of what is not kept, or was dismissed."""
        row = self.row
        if row is None:
            assert problem is not None, "what is not kept is refused"
            return OperationResult(self.operation_id, "refused", status=problem["status"], problem=problem)
        outcome = OUTCOMES[row.state]
        if outcome == "applied" and (self.is_repeated or row.was_online or row.batch_id != batch_id):
            outcome = "duplicate"
        return OperationResult(
            id=self.operation_id,
            outcome=outcome,
            status=problem["status"] if problem else row.status,
            transaction_id=row.transaction_id,
            card_id=row.card_id,
            reason=row.reason if outcome == "review" else None,
            problem=problem or row.problem,
            occurred_at_used=row.used_at,
        )


def problem_body(problem: Problem, language: str, instance: str, request_id: str) -> dict[str, Any]:
    """As the row keeps it, and as the tablet gets it."""
    body = problem.as_dict(language=language, instance=instance, request_id=request_id)
    return dict(msgspec.to_builtins(body))


def settle(row: DeviceOperation, state: str, **facts: Any) -> None:
    """What has become of it. What was sent is forgotten, unless a person has to look at it."""
    row.state = state
    for name, value in facts.items():
        setattr(row, name, value)
    if state in {"applied", "refused"}:
        row.content = None


def refused_with(row: DeviceOperation, problem: Problem, body: dict[str, Any]) -> None:
    settle(row, "refused", status=problem.status, problem=body)
