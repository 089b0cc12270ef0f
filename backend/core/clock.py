"""The one clock. Every moment that is stored or compared comes from here, never from the database's own clock."""

from datetime import UTC, datetime, timedelta


class Clock:
    """UTC, in microseconds. Tests move it; nothing else does."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def move(self, by: timedelta) -> None:
        self._offset += by

    def reset(self) -> None:
        self._offset = timedelta()


clock = Clock()
