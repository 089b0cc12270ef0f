"""The application's clock. Every stored or compared time comes from it, never from the database's clock."""

from datetime import UTC, datetime, timedelta


class Clock:
    """UTC, with microseconds. Only tests move it."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def move(self, by: timedelta) -> None:
        self._offset += by

    def reset(self) -> None:
        self._offset = timedelta()


clock = Clock()
