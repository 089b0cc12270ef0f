"""Sends deliveries again, and tests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.origin import Origin
from backend.webhooks.claims import with_attempt
from backend.webhooks.history import DeliveryAttempt
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.problems import WebhookEndpointInactive
from backend.webhooks.queries import get_delivery, get_endpoint, read_delivery
from backend.webhooks.queue import queue_test
from backend.webhooks.schemas import WebhookDeliveryDetail


async def replay_delivery(session: AsyncSession, origin: Origin, delivery_id: UUID) -> WebhookDeliveryDetail:
    """Sends the same body with the same `webhook-id` once more, also after success; one that waits is tried now.

    Raises WebhookDeliveryNotFound or WebhookEndpointInactive.
    """
    endpoint_id = (await get_delivery(session, origin.merchant_id, delivery_id)).endpoint_id
    await _active(session, origin, endpoint_id)
    await _replay(session, origin, WebhookDelivery.id == delivery_id)
    session.expire_all()
    record_change(
        session, origin, "webhook_endpoint.replayed", subject_id=endpoint_id, after={"delivery_id": str(delivery_id)}
    )
    return await read_delivery(session, origin.merchant_id, delivery_id, origin.language)


async def replay_failed(session: AsyncSession, origin: Origin, endpoint_id: UUID, since: datetime) -> int:
    """How many. Raises WebhookEndpointNotFound or WebhookEndpointInactive."""
    await _active(session, origin, endpoint_id)
    failed = (
        (WebhookDelivery.endpoint_id == endpoint_id)
        & (WebhookDelivery.state == "failed")
        & (WebhookDelivery.created_at >= since)
    )
    count = await _replay(session, origin, failed)
    after = {"since": since.isoformat(), "deliveries": count}
    record_change(session, origin, "webhook_endpoint.replayed", subject_id=endpoint_id, after=after)
    return count


async def send_test(session: AsyncSession, origin: Origin, endpoint_id: UUID) -> WebhookDeliveryDetail:
    """Raises WebhookEndpointNotFound or WebhookEndpointInactive."""
    endpoint = await _active(session, origin, endpoint_id)
    delivery_id = await queue_test(session, endpoint, origin.now)
    record_change(
        session, origin, "webhook_endpoint.tested", subject_id=endpoint_id, after={"delivery_id": str(delivery_id)}
    )
    return await read_delivery(session, origin.merchant_id, delivery_id, origin.language)


async def _active(session: AsyncSession, origin: Origin, endpoint_id: UUID) -> WebhookEndpoint:
    """Locks it. A rest ends, because a person wants to know now. Raises WebhookEndpointInactive."""
    endpoint = await get_endpoint(session, origin.merchant_id, endpoint_id, is_locked=True)
    if not endpoint.is_active:
        raise WebhookEndpointInactive
    if endpoint.paused_until is not None:
        rested = update(WebhookEndpoint).where(
            WebhookEndpoint.merchant_id == origin.merchant_id, WebhookEndpoint.id == endpoint_id
        )
        await session.execute(rested.values(paused_until=None).execution_options(synchronize_session=False))
    return endpoint


async def _replay(session: AsyncSession, origin: Origin, which: object) -> int:
    values = {
        "state": "waiting",
        "attempts": 0,
        "first_attempt_at": None,
        "available_at": origin.now,
        "history": with_attempt(DeliveryAttempt(origin.now, "replayed")),
    }
    chosen = update(WebhookDelivery).where(WebhookDelivery.merchant_id == origin.merchant_id, which)  # type: ignore[arg-type]
    result = await session.execute(chosen.values(values).execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
