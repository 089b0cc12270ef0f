"""Timed jobs of the audit entries."""

from typing import Any

from backend.operations.audit import tasks
from backend.services import Services


async def verify_audit(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await tasks.verify_audit(services.pool, services.sessions)
