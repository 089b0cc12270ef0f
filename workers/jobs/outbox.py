"""Doorbell: run the reactions that are due."""

from typing import Any

from backend.core.clock import clock
from backend.core.outbox import BATCH, relay
from backend.core.queue import RUNG, SEND_MAILS
from backend.reactions import reactions
from backend.services import Services


async def relay_outbox(context: dict[str, Any]) -> None:
    """Until nothing is due and nobody has rung meanwhile.

    The mails the reactions have queued are a job of their own: a slow mail server must not keep passes waiting.
    """
    services: Services = context["services"]
    while await _relay_due(services):
        pass


async def _relay_due(services: Services) -> bool:
    """Whether somebody has rung meanwhile."""
    table, total = reactions(services.links, services.queue), 0
    await services.queue.delete(RUNG)
    while taken := await relay(services.sessions, table, clock.now()):
        total += taken
        if taken < BATCH:
            break
    if total:
        await services.queue.enqueue_job(SEND_MAILS, _job_id=SEND_MAILS)
    return bool(await services.queue.exists(RUNG))
