"""Maintenance: for a while everything can be seen and nothing changed. Nothing is lost, because nothing is begun."""

from collections.abc import Mapping
from datetime import datetime

from backend.core.clock import clock
from backend.core.platform_settings import EffectiveSettings, MaintenanceSettings
from backend.core.problems import Problem
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from i18n.translator import N_

WORKS_IN_MAINTENANCE = "works_in_maintenance"
"""In the `opt` of operations that change nothing although they are no GET, of signing in, and of ending it."""
READING = ("GET", "HEAD", "OPTIONS")
WAIT_SECONDS = 60
"""Until somebody asks again who does not know when it ends."""


class Maintenance(Problem):
    code, status = "maintenance", 503
    title = N_("Orion is being maintained")
    detail = N_("For the moment you can look at everything, but change nothing. Repeat it afterwards, unchanged.")
    ends_at: datetime | None
    """When it is expected to end. Null: not known."""

    def __init__(self, ends_at: datetime | None, now: datetime) -> None:
        super().__init__(ends_at=ends_at)
        left = int((ends_at - now).total_seconds()) if ends_at else WAIT_SECONDS
        self.headers: Mapping[str, str] = {"Retry-After": str(max(left, WAIT_SECONDS))}


def is_read_only(settings: EffectiveSettings) -> bool:
    return settings.current.maintenance.maintenance_mode == "read_only"


def end_of(maintenance: MaintenanceSettings) -> datetime | None:
    until = maintenance.maintenance_until
    return datetime.fromisoformat(until) if until else None


def refuse_in_maintenance(request: ApiRequest) -> None:
    """Raises Maintenance for what would change something while nothing may."""
    live = resources_of(request).live
    if not is_read_only(live) or request.method in READING:
        return
    if not request.scope["route_handler"].opt.get(WORKS_IN_MAINTENANCE, False):
        raise Maintenance(end_of(live.current.maintenance), clock.now())
