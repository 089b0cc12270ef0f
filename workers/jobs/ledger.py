"""Timed jobs of the ledger."""

from typing import Any

from backend.core.clock import clock
from backend.loyalty.ledger import timing_out
from backend.operations.ledger import tasks
from backend.services import Services


async def expire_points(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await tasks.expire(services.ledger, services.sessions, None)


async def warn_expiring_points(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await tasks.warn(services.ledger, services.sessions, None)


async def time_out_holds(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    merchants = [merchant.id for merchant in await tasks.audited(services.sessions)]
    await timing_out.time_out_holds(services.pool, merchants, clock.now())


async def audit_ledger(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await tasks.audit_ledger(services.pool, services.sessions)
