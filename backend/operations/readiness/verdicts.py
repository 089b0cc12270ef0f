"""What a check finds, before somebody reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.core.sentence import Sentence
from backend.operations.readiness.schemas import RowState

WORST_FIRST: Sequence[RowState] = ("blocks", "unknown", "warning", "ok")
DETAILS_MAX = 12


@dataclass(frozen=True, slots=True)
class RowVerdict:
    state: RowState
    evidence: Sentence
    at: datetime | None = None
    """When what the evidence says has happened. None: now."""
    details: Sequence[str | Sentence] = ()
    """Names and figures, not sentences."""
    step: Sentence | None = None
    """What to do."""
    command: str = ""
    page: str = ""
    """Path of the page where it is done. Empty: the check's own."""


def worst(states: Iterable[RowState]) -> RowState:
    """`ok` when there are none."""
    return min(states, key=WORST_FIRST.index, default="ok")
