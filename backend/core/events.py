"""Domain events. An event and its outbox message are written in the transaction in which it happened."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.models import Event, OutboxMessage
from environment.tracing.switch import tracing


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class DomainEvent(msgspec.Struct, frozen=True, tag=_snake_case, tag_field="type"):
    """Base of every domain event, named in the past tense. Holds ids and numbers, never personal data."""


class EventRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event in the JSON parameter of the SQL function `book`."""

    id: UUID
    name: str
    data: dict[str, Any]
    traceparent: str | None = None


def event_row(event: DomainEvent) -> EventRow:
    data = msgspec.to_builtins(event)
    return EventRow(id=new_id(), name=data.pop("type"), data=data, traceparent=tracing().traceparent())


def record(session: AsyncSession, merchant_id: UUID, event: DomainEvent, now: datetime) -> None:
    """Adds the event and its outbox message to the session."""
    row = event_row(event)
    session.add(Event(merchant_id=merchant_id, id=row.id, name=row.name, data=row.data, occurred_at=now))
    message = {"id": row.id, "merchant_id": merchant_id, "event_name": row.name, "traceparent": row.traceparent}
    session.add(OutboxMessage(**message, available_at=now))
