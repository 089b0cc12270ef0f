"""The timed job that counts customers."""

from typing import Any

from backend.operations.retention import tasks
from backend.services import Services


async def count_customers(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await tasks.count_customers(services.sessions)
