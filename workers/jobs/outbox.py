"""Doorbell: run the reactions that are due."""

from typing import Any

from backend.core.clock import clock
from backend.core.outbox import BATCH, relay
from backend.reactions import reactions
from backend.services import Services
from workers.jobs.mail import send_queued_mails


async def relay_outbox(context: dict[str, Any]) -> None:
    """Until nothing is due; then the mails the reactions have queued."""
    services: Services = context["services"]
    table = reactions(services.links)
    while await relay(services.sessions, table, clock.now()) == BATCH:
        pass
    await send_queued_mails(context)
