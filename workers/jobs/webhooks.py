"""Delivers events to the merchants' endpoints."""

import asyncio
from typing import Any
from uuid import UUID

from backend.core.clock import clock
from backend.services import Services
from backend.webhooks.delivery import WebhookDeliverer
from backend.webhooks.jobs import enqueue_deliveries
from backend.webhooks.queries import list_due_endpoints

TURNS_MAX = 20
"""Endpoints at the same time, without Redis."""


async def deliver_webhooks(context: dict[str, Any], merchant_id: str, endpoint_id: str) -> None:
    """A turn of one endpoint. When more is due, another turn is queued behind the other endpoints'."""
    services: Services = context["services"]
    merchant, endpoint = UUID(merchant_id), UUID(endpoint_id)
    if await _deliverer(services).deliver(merchant, endpoint):
        await enqueue_deliveries(services.queue, merchant, [endpoint])


async def find_due_webhooks(context: dict[str, Any]) -> None:
    """Queues a turn of each endpoint for which something is due. Without Redis the turns are taken here."""
    services: Services = context["services"]
    left = [
        (merchant_id, endpoint_id)
        for merchant_id, endpoint_id in await list_due_endpoints(services.pool, clock.now())
        if not await enqueue_deliveries(services.queue, merchant_id, [endpoint_id], defer_by=0)
    ]
    slots = asyncio.Semaphore(TURNS_MAX)

    async def take_turn(merchant_id: UUID, endpoint_id: UUID) -> None:
        async with slots:
            await _deliverer(services).deliver(merchant_id, endpoint_id)

    await asyncio.gather(*(take_turn(*each) for each in left))


def _deliverer(services: Services) -> WebhookDeliverer:
    return WebhookDeliverer(services.sessions, services.key_ring, services.settings, services.live)
