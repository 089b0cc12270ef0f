from datetime import datetime
from zoneinfo import ZoneInfo

from backend.core.problems import Problem
from i18n.formatting import TIME_ZONE
from i18n.translator import N_, NN_


class ConnectionTestsUsedUp(Problem):
    code, status = "connection_tests_used_up", 429
    title = N_("That was the last connection test for now")
    detail = NN_(
        "You may start %(per_hour)s test an hour. The next one is possible at %(retry_at)s.",
        "You may start %(per_hour)s tests an hour. The next one is possible at %(retry_at)s.",
    )
    counted = "per_hour"
    per_hour: int
    """Tests that are allowed in an hour."""
    retry_at: datetime
    """When it is possible again, in local time with its offset; null when never."""

    def __init__(self, per_hour: int, retry_at: datetime, now: datetime) -> None:
        super().__init__(per_hour=per_hour, retry_at=retry_at.astimezone(ZoneInfo(TIME_ZONE)))
        self.headers = {"Retry-After": str(max(1, int((retry_at - now).total_seconds())))}
