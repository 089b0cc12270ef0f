"""Queues events for the endpoints that have chosen them, in the transaction of the event's reaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.models import Event, OutboxMessage
from backend.webhooks.event_types import PING_TYPE, PUBLIC, SUBJECT_FIELDS, WebhookEventType
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.payloads import PingPayload

API_VERSION = "1"

DeliveryRow = dict[str, Any]


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a webhook."""

    id: UUID
    type: str
    api_version: str = API_VERSION
    timestamp: datetime
    data: Any


async def queue_webhooks(session: AsyncSession, events: Sequence[Event], now: datetime) -> list[UUID]:
    """Queues events of one merchant and name, each once. Returns the endpoints that have something new.

    Earlier events of the same cards that are still in the outbox are queued, too: none may overtake another. Three
    statements, however many events there are, and one for a merchant without endpoints.
    """
    merchant_id = events[0].merchant_id
    active = select(WebhookEndpoint.id, WebhookEndpoint.event_types).where(
        WebhookEndpoint.merchant_id == merchant_id, WebhookEndpoint.is_active
    )
    endpoints = {endpoint_id: set(types) for endpoint_id, types in await session.execute(active)}
    if not endpoints:
        return []
    every = [*await _earlier(session, merchant_id, events), *events]
    rows = [
        _row(merchant_id, endpoint_id, event, PUBLIC[event.name], now)
        for endpoint_id, chosen in endpoints.items()
        for event in every
        if PUBLIC[event.name].name in chosen
    ]
    return await _insert(session, rows)


async def queue_test(session: AsyncSession, endpoint: WebhookEndpoint, now: datetime) -> UUID:
    """Queues a test for the endpoint. Returns the delivery's id."""
    event = WebhookEvent(id=new_id(), type=PING_TYPE.name, timestamp=now, data=PingPayload(endpoint.id))
    row = _delivery(endpoint.merchant_id, endpoint.id, event, None, now)
    await _insert(session, [row])
    delivery_id: UUID = row["id"]
    return delivery_id


async def _earlier(session: AsyncSession, merchant_id: UUID, events: Sequence[Event]) -> list[Event]:
    """Events of the same cards and customers that wait for their reactions."""
    waiting = (
        select(Event)
        .join(OutboxMessage, OutboxMessage.id == Event.id)
        .where(
            OutboxMessage.merchant_id == merchant_id,
            Event.merchant_id == merchant_id,
            Event.name.in_(PUBLIC),
            Event.id < max(event.id for event in events),
            Event.id.not_in([event.id for event in events]),
            or_(*(_is_about(field, events) for field in SUBJECT_FIELDS)),
        )
    )
    return list(await session.scalars(waiting))


def _is_about(field: str, events: Sequence[Event]) -> Any:
    subjects = sorted({str(event.data[field]) for event in events if field in event.data})
    return Event.data.op("->>")(field).in_(subjects)


def subject_of(data: dict[str, Any]) -> UUID | None:
    """The card, or the customer, whose events are delivered in order."""
    return next((UUID(data[field]) for field in SUBJECT_FIELDS if field in data), None)


def _row(merchant_id: UUID, endpoint_id: UUID, event: Event, public: WebhookEventType, now: datetime) -> DeliveryRow:
    data = msgspec.convert(event.data, public.payload)
    message = WebhookEvent(id=event.id, type=public.name, timestamp=event.occurred_at, data=data)
    return _delivery(merchant_id, endpoint_id, message, subject_of(event.data), now)


def _delivery(
    merchant_id: UUID, endpoint_id: UUID, message: WebhookEvent, subject_id: UUID | None, now: datetime
) -> DeliveryRow:
    return {
        "merchant_id": merchant_id,
        "id": new_id(),
        "endpoint_id": endpoint_id,
        "event_id": message.id,
        "type": message.type,
        "subject_id": subject_id,
        "body": msgspec.json.encode(message).decode(),
        "state": "waiting",
        "attempts": 0,
        "available_at": now,
        "history": [],
        "created_at": now,
    }


async def _insert(session: AsyncSession, rows: Sequence[DeliveryRow]) -> list[UUID]:
    """The endpoints of the rows that did not exist before."""
    if not rows:
        return []
    added = insert(WebhookDelivery).values(list(rows)).on_conflict_do_nothing()
    return sorted(set(await session.scalars(added.returning(WebhookDelivery.endpoint_id))))
