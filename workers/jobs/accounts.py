"""Answers people who have forgotten their password."""

from typing import Any

from backend.core.clock import clock
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.identity.passwords.requests import BATCH, answer_some
from backend.services import Services


async def answer_reset_requests(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    count = BATCH
    while count == BATCH:
        async with services.sessions.committing() as session:
            count = await answer_some(session, services, clock.now())
    await try_to_wake(services.queue, SEND_MAILS)
