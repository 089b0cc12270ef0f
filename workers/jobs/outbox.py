"""Run the reactions that are due."""

from typing import Any

import structlog

from backend.core.clock import clock
from backend.core.outbox import BATCH, relay
from backend.core.queue import SEND_MAILS, wake
from backend.reactions import reactions
from backend.services import Services

log = structlog.get_logger()


async def relay_outbox(context: dict[str, Any]) -> None:
    """Until nothing is due.

    The mails the reactions have queued are a job of their own: a slow mail server must not keep passes waiting.
    """
    services: Services = context["services"]
    table, total = reactions(services.links, services.queue, services.key_ring), 0
    while taken := await relay(services.sessions, table, clock.now()):
        total += taken
        if taken < BATCH:
            break
    if total:
        log.debug("relayed", messages=total)
        await wake(services.queue, SEND_MAILS)
