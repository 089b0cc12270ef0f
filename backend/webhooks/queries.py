from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.backlog import Backlog
from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.repository import ListQuery, Sorting, TenantRepository
from backend.core.schemas import Page
from backend.webhooks.claims import find_earlier
from backend.webhooks.metrics import WEBHOOK_ENDPOINTS_DISABLED, WEBHOOKS_AGE, WEBHOOKS_WAITING
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.problems import WebhookDeliveryNotFound, WebhookEndpointNotFound
from backend.webhooks.schemas import WebhookDeliveryDetail, WebhookDeliverySummary, WebhookEndpointDetail
from backend.webhooks.views import delivery_detail, delivery_summary, endpoint_view

DUE = "SELECT merchant_id, endpoint_id FROM due_webhook_endpoints($1)"
BACKLOG = """
SELECT coalesce(sum(waiting), 0) AS waiting, min(oldest_at) AS oldest_at, coalesce(sum(disabled), 0) AS disabled
FROM webhook_backlog($1)
"""
NEWEST_ENDPOINT = Sorting(WebhookEndpoint.created_at, is_descending=True)
NEWEST_DELIVERY = Sorting(WebhookDelivery.created_at, is_descending=True)


class WebhookEndpointRepository(TenantRepository[WebhookEndpoint]):
    model_type = WebhookEndpoint


class WebhookDeliveryRepository(TenantRepository[WebhookDelivery]):
    model_type = WebhookDelivery


async def list_endpoints(
    session: AsyncSession, origin: Origin, asked: ListQuery, cursors: Cursors
) -> Page[WebhookEndpointDetail]:
    """Raises CursorExpired."""
    return await WebhookEndpointRepository(session, origin.merchant_id).page(asked, cursors, endpoint_view)


async def get_endpoint(
    session: AsyncSession, merchant_id: UUID, endpoint_id: UUID, *, is_locked: bool = False
) -> WebhookEndpoint:
    """Raises WebhookEndpointNotFound."""
    endpoints = WebhookEndpointRepository(session, merchant_id)
    return await endpoints.find_or_raise(endpoint_id, WebhookEndpointNotFound, is_locked=is_locked)


async def get_delivery(
    session: AsyncSession, merchant_id: UUID, delivery_id: UUID, *, is_locked: bool = False
) -> WebhookDelivery:
    """Raises WebhookDeliveryNotFound."""
    deliveries = WebhookDeliveryRepository(session, merchant_id)
    return await deliveries.find_or_raise(delivery_id, WebhookDeliveryNotFound, is_locked=is_locked)


async def list_deliveries(
    session: AsyncSession,
    origin: Origin,
    endpoint_id: UUID,
    asked: ListQuery,
    cursors: Cursors,
    *,
    state: str | None,
    event_type: str | None,
) -> Page[WebhookDeliverySummary]:
    """Raises WebhookEndpointNotFound or CursorExpired."""
    await get_endpoint(session, origin.merchant_id, endpoint_id)
    filters = [WebhookDelivery.endpoint_id == endpoint_id]
    if state is not None:
        filters.append(WebhookDelivery.state == state)
    if event_type is not None:
        filters.append(WebhookDelivery.type == event_type)
    deliveries = WebhookDeliveryRepository(session, origin.merchant_id)
    return await deliveries.page(asked, cursors, delivery_summary, *filters)


async def read_delivery(
    session: AsyncSession, merchant_id: UUID, delivery_id: UUID, language: str
) -> WebhookDeliveryDetail:
    """Raises WebhookDeliveryNotFound."""
    delivery = await get_delivery(session, merchant_id, delivery_id)
    waits_for = await find_earlier(session, delivery) if delivery.state == "waiting" else None
    return delivery_detail(delivery, waits_for, language)


async def list_due_endpoints(pool: asyncpg.Pool, now: datetime) -> list[tuple[UUID, UUID]]:
    """Merchant and endpoint of active endpoints that do not rest and for which something is due."""
    return [(row["merchant_id"], row["endpoint_id"]) for row in await pool.fetch(DUE, now)]


async def read_webhook_backlog(pool: asyncpg.Pool, now: datetime) -> Backlog:
    """Deliveries that are due; `parked`: endpoints that were disabled."""
    row = await pool.fetchrow(BACKLOG, now)
    return Backlog(row["waiting"], row["oldest_at"], row["disabled"])


async def count_waiting_webhooks(pool: asyncpg.Pool, now: datetime) -> None:
    """Sets the metrics of the queue."""
    backlog = await read_webhook_backlog(pool, now)
    WEBHOOKS_WAITING.set(backlog.waiting)
    WEBHOOKS_AGE.set(backlog.age_seconds(now))
    WEBHOOK_ENDPOINTS_DISABLED.set(backlog.parked)
