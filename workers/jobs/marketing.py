"""Timed jobs of marketing emails."""

from typing import Any

from backend.core.queue import SEND_MAILS, try_to_wake
from backend.operations.marketing.tasks import GREETINGS, REENGAGEMENT, MarketingTask
from backend.services import Services


async def greet_birthdays(context: dict[str, Any]) -> None:
    await _run(context["services"], GREETINGS)


async def reengage_customers(context: dict[str, Any]) -> None:
    await _run(context["services"], REENGAGEMENT)


async def _run(services: Services, task: MarketingTask) -> None:
    await task.run(services.sessions, services.links, services.unsubscribe_links, services.live)
    await try_to_wake(services.queue, SEND_MAILS)
