"""A worker's way with webhooks, without waiting for Redis."""

from datetime import timedelta

from backend.core.clock import clock
from backend.services import Services
from backend.webhooks.queries import list_due_endpoints
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.world.caller import Json
from tests.world.shop import Shop
from tests.world.webhooks import WebhookOffice
from workers.jobs.outbox import relay_bulk_outbox, relay_outbox
from workers.jobs.webhooks import deliver_webhooks

Working = dict[str, Services]
PING = "test.ping"


async def deliver(working: Working) -> None:
    """What has happened, and what is due by now."""
    await relay_outbox(working)
    await relay_bulk_outbox(working)
    for merchant_id, endpoint_id in await list_due_endpoints(working["services"].pool, clock.now()):
        await deliver_webhooks(working, str(merchant_id), str(endpoint_id))


async def deliver_after(working: Working, pause: timedelta) -> None:
    clock.move(pause)
    await deliver(working)


async def connect(shop: Shop, receiver: WebhookReceiver, *types: str) -> tuple[WebhookOffice, Json]:
    """An endpoint at the receiver, which knows its secret."""
    office = WebhookOffice.of(shop.claire)
    endpoint = await office.add_endpoint(receiver.url, *types)
    receiver.secrets.append(endpoint["secret"])
    return office, endpoint
