"""One thing that Google keeps, how it is changed, and how a change is refused."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

JsonObject = dict[str, Any]

RINGS_MAX, RINGS_IN = 3, timedelta(hours=24)


class Refusal(Exception):
    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


@dataclass
class Resource:
    body: JsonObject
    version: int = 1
    rang_at: list[datetime] = field(default_factory=list)

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    def rings(self, now: datetime) -> bool:
        """Makes the phone ring, unless it has done so three times in 24 hours."""
        if sum(now - moment < RINGS_IN for moment in self.rang_at) >= RINGS_MAX:
            return False
        self.rang_at.append(now)
        return True


def merged(old: JsonObject, changes: JsonObject) -> JsonObject:
    """A JSON merge patch."""
    result = dict(old)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            before = result.get(key)
            result[key] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[key] = value
    return result
