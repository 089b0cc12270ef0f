"""Operations that will be removed: what their answers and the OpenAPI document tell until then."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from litestar.openapi.spec import Operation
from litestar.types import HTTPScope

DEPRECATION = "deprecation"
"""The key of a `Deprecation` in a route's `opt`."""
NOTICE_DAYS_MIN = 182
HEADERS = ("Deprecation", "Sunset")


@dataclass(frozen=True)
class Deprecation:
    """Use as `@get("/old", opt={DEPRECATION: Deprecation(since=…, sunset=…)})`. Half a year lies between both days."""

    since: date
    sunset: date
    """The first day on which the operation may be missing."""

    def __post_init__(self) -> None:
        if self.sunset - self.since < timedelta(days=NOTICE_DAYS_MIN):
            raise ValueError(f"an operation is removed {NOTICE_DAYS_MIN} days after its deprecation, or later")

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """`Deprecation` as of RFC 9745, `Sunset` as of RFC 8594."""
        since, sunset = (datetime.combine(day, time(), UTC) for day in (self.since, self.sunset))
        told = (f"@{int(since.timestamp())}", format_datetime(sunset, usegmt=True))
        return [(name.lower().encode(), value.encode()) for name, value in zip(HEADERS, told, strict=True)]


def deprecation_of(opt: Any) -> Deprecation | None:
    """`opt` of the route."""
    found = opt.get(DEPRECATION)
    assert found is None or isinstance(found, Deprecation)
    return found


def deprecation_headers(scope: HTTPScope) -> list[tuple[bytes, bytes]]:
    """Of the route that answers the request. Requests that no route takes have none."""
    handler = scope.get("route_handler")
    deprecation = deprecation_of(handler.opt) if handler else None
    return deprecation.headers if deprecation else []


@dataclass
class DeprecatedOperation(Operation):
    """An operation of the document with the day of its removal as `x-sunset`."""

    sunset: date = date.max

    @classmethod
    def of(cls, operation: Operation, deprecation: Deprecation) -> "DeprecatedOperation":
        parts = {field.name: getattr(operation, field.name) for field in fields(operation)}
        return cls(**parts | {"deprecated": True, "sunset": deprecation.sunset})

    @property
    def _exclude_fields(self) -> set[str]:
        return {"sunset"}

    def to_schema(self) -> dict[str, Any]:
        return super().to_schema() | {"x-sunset": self.sunset.isoformat()}
