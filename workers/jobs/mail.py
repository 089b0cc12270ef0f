"""Send the mails that are queued, each in a transaction of its own."""

from typing import Any
from uuid import UUID

from backend.core.clock import clock
from backend.merchants.queries import list_merchant_ids
from backend.messaging.actions import claim_mails, deliver
from backend.messaging.delivery import open_delivery
from backend.services import Services

CHUNK = 50


async def send_queued_mails(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    for merchant_id in await list_merchant_ids(services.sessions):
        await _send_for(services, merchant_id)


async def _send_for(services: Services, merchant_id: UUID) -> None:
    delivery = open_delivery(services.settings)
    async with services.sessions.committing(merchant_id) as session:
        claimed = await claim_mails(session, merchant_id, clock.now(), CHUNK)
    for entry in claimed:
        await deliver(entry, delivery, services.settings, clock.now())
        async with services.sessions.committing(merchant_id) as session:
            await session.merge(entry)
