"""Delivers events to the merchants' endpoints."""

from typing import Any
from uuid import UUID

from backend.core.clock import clock
from backend.services import Services
from backend.webhooks.delivery import WebhookDeliverer
from backend.webhooks.jobs import enqueue_deliveries
from backend.webhooks.queries import list_due_endpoints


async def deliver_webhooks(context: dict[str, Any], merchant_id: str, endpoint_id: str) -> None:
    """A turn of one endpoint. When more is due, another turn is queued behind the other endpoints'."""
    services: Services = context["services"]
    deliverer = WebhookDeliverer(services.sessions, services.key_ring, services.settings, services.live)
    merchant, endpoint = UUID(merchant_id), UUID(endpoint_id)
    if await deliverer.deliver(merchant, endpoint):
        await enqueue_deliveries(services.queue, merchant, [endpoint])


async def find_due_webhooks(context: dict[str, Any]) -> None:
    """Queues a turn of each endpoint for which something is due."""
    services: Services = context["services"]
    for merchant_id, endpoint_id in await list_due_endpoints(services.pool, clock.now()):
        await enqueue_deliveries(services.queue, merchant_id, [endpoint_id], defer_by=0)
