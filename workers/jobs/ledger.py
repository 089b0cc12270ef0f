"""Timed jobs of the ledger."""

from typing import Any

from backend.core.clock import clock
from backend.loyalty.ledger.tasks import time_out_holds as hold_timeout
from backend.merchants.queries import list_merchants_with
from backend.operations.ledger import tasks
from backend.operations.ledger.points import EXPIRY, WARNING
from backend.services import Services


async def expire_points(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await EXPIRY.run_due(services.ledger, services.sessions)


async def warn_expiring_points(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await WARNING.run_due(services.ledger, services.sessions)


async def time_out_holds(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    now = clock.now()
    await hold_timeout.time_out_holds(services.pool, await list_merchants_with("holds", services.pool, now), now)


async def audit_ledger(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await tasks.audit_ledger(services.pool, services.sessions)
