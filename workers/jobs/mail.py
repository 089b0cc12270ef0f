"""Send the mails that are queued, each in a transaction of its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.core.clock import clock
from backend.merchants.queries import list_merchant_ids
from backend.messaging.actions import claim_mails, claim_platform_mails, deliver
from backend.messaging.delivery import open_delivery
from backend.messaging.models import EmailLog, PlatformMail
from backend.services import Services

CHUNK = 50


async def send_queued_mails(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    async with services.sessions.committing() as session:
        claimed_platform = await claim_platform_mails(session, clock.now(), CHUNK)
    await _send(services, None, claimed_platform)
    for merchant_id in await list_merchant_ids(services.sessions):
        async with services.sessions.committing(merchant_id) as session:
            claimed = await claim_mails(session, merchant_id, clock.now(), CHUNK)
        await _send(services, merchant_id, claimed)


async def _send(services: Services, merchant_id: UUID | None, claimed: Sequence[EmailLog | PlatformMail]) -> None:
    delivery = open_delivery(services.settings)
    for entry in claimed:
        await deliver(entry, delivery, services.settings, clock.now())
        async with services.sessions.committing(merchant_id) as session:
            await session.merge(entry)
