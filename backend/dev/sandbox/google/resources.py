"""A stored class or object of Google, its notifications, and Google's errors."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backend.dev.sandbox.json_object import JsonObject

NOTIFICATIONS_MAX, NOTIFICATION_WINDOW = 3, timedelta(hours=24)


class GoogleError(Exception):
    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


@dataclass
class Resource:
    body: JsonObject
    version: int = 1
    notified_at: list[datetime] = field(default_factory=list)

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    def notify(self, now: datetime) -> bool:
        """Notifies the phone. False when there were 3 notifications in the last 24 hours."""
        if sum(now - moment < NOTIFICATION_WINDOW for moment in self.notified_at) >= NOTIFICATIONS_MAX:
            return False
        self.notified_at.append(now)
        return True


def merged(old: JsonObject, changes: JsonObject) -> JsonObject:
    """Applies a JSON merge patch, RFC 7396."""
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
