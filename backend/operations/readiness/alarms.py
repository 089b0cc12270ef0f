"""What an operator is told by email of the board: what blocks, once and then daily, and that it has ended."""

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from backend.core.ids import new_id
from backend.core.next_steps import in_utc
from backend.messaging.providers.ports import OutgoingMail
from backend.operations.readiness.schemas import ReadinessRow

AGAIN = timedelta(days=1)
SUBJECT_MAX = 120


@dataclass(frozen=True, slots=True)
class Blocker:
    """A row of the board that blocks, or the database that is away."""

    title: str
    evidence: str
    next_step: str | None = None
    command: str | None = None

    @classmethod
    def of(cls, row: ReadinessRow) -> "Blocker":
        return cls(row.title, row.evidence, row.next_step, row.command)

    def lines(self) -> Iterator[str]:
        yield f"{self.title}: {self.evidence}"
        if self.next_step:
            yield f"  → {self.next_step}"
        if self.command:
            yield f"    {self.command}"


Told = dict[str, datetime]
"""When an operator was last told of what blocks, by its title."""


@dataclass(frozen=True, slots=True)
class AlarmNotice:
    blockers: Sequence[Blocker]
    due: Sequence[str]
    """Titles of what is new, or was told a day ago."""
    ended: Sequence[str]
    """Titles of what was told and blocks no longer."""

    @classmethod
    def of(cls, blockers: Sequence[Blocker], well: Container[str], told: Told, now: datetime) -> "AlarmNotice":
        """`well`: titles of what was seen to work. What nobody could look at has not ended."""
        titles = [blocker.title for blocker in blockers]
        # Also what was told in the future, when the clock was wrong.
        due = [title for title in titles if title not in told or abs(now - told[title]) >= AGAIN]
        return cls(blockers, due, [title for title in told if title in well])

    @property
    def is_empty(self) -> bool:
        return not self.due and not self.ended

    def told(self, before: Told, now: datetime) -> Told:
        """When each of what is not known to have ended was last told, after this notice was sent at `now`."""
        told = {title: at for title, at in before.items() if title not in self.ended}
        return told | dict.fromkeys(self.due, now)

    def mail(self, recipient: str, board_url: str, now: datetime) -> OutgoingMail:
        """In English, like the commands that it names."""
        subject = f"Orion needs you: {', '.join(self.due)}" if self.due else f"Works again: {', '.join(self.ended)}"
        return OutgoingMail(
            id=new_id(),
            recipient=recipient,
            sender="Orion",
            language="en",
            subject=subject if len(subject) <= SUBJECT_MAX else f"{subject[: SUBJECT_MAX - 1]}…",
            body_text="\n".join(self._lines(board_url, now)),
        )

    def _lines(self, board_url: str, now: datetime) -> Iterator[str]:
        for blocker in self.blockers:
            yield from blocker.lines()
            yield ""
        if self.ended:
            yield f"Works again: {', '.join(self.ended)}"
            yield ""
        yield f"{in_utc(now)}. All of it: {board_url} or `orion doctor`."


def read_told(path: Path) -> Told:
    """Nothing when there is no file, or none that can be read: then everything is told again."""
    try:
        return {title: datetime.fromisoformat(at) for title, at in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def write_told(path: Path, told: Told) -> None:
    """A file, because the database may be what is away."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps({title: at.isoformat() for title, at in told.items()}), "utf-8")
    new.replace(path)
