"""Base classes of all tables, and the tables of `core`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from advanced_alchemy.types import DateTimeUTC, JsonB
from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.ids import new_id

LABEL = String(100)
CODE = String(40)


class PlatformRow(DefaultBase):
    """A row that belongs to no merchant, or is looked up before the merchant is known."""

    __abstract__ = True


class TenantRow(DefaultBase):
    """A row of one merchant. Its primary key starts with the merchant; row-level security hides it from all others."""

    __abstract__ = True

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)


class TenantEntity(TenantRow):
    """A tenant row with an id."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10)


def of_merchant() -> ForeignKeyConstraint:
    """The foreign key to the merchant, for tenant tables without another foreign key that includes the merchant."""
    return ForeignKeyConstraint(["merchant_id"], ["merchants.id"])


def of_member(column: str) -> ForeignKeyConstraint:
    """The foreign key to somebody who works or has worked for the merchant."""
    return ForeignKeyConstraint(
        ["merchant_id", column],
        ["merchant_members.merchant_id", "merchant_members.user_id"],
        name=f"fk_{column}_merchant_members",
    )


def belongs_to(table: str, column: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that includes the merchant, so that a row cannot reference another merchant's row."""
    return ForeignKeyConstraint(
        ["merchant_id", column],
        [f"{table}.merchant_id", f"{table}.id"],
        name=f"fk_{column}_{table}",
        ondelete=ondelete,
    )


class Event(TenantEntity):
    """A domain event, written in the transaction in which it happened."""

    __tablename__ = "events"

    name: Mapped[str] = mapped_column(LABEL)
    data: Mapped[dict[str, Any]] = mapped_column(JsonB)
    occurred_at: Mapped[datetime] = mapped_column(DateTimeUTC)


BULK_EVENTS = ("points_expired", "points_expiring")
"""Recorded by the thousand at one moment. No other event waits behind them."""
IS_BULK, IS_PROMPT = f"event_name IN {BULK_EVENTS}", f"event_name NOT IN {BULK_EVENTS}"


class OutboxMessage(PlatformRow):
    """An event with pending reactions. Holds ids only; the row is deleted when all reactions are done."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "available_at", postgresql_where=text(f"dead_at IS NULL AND {IS_PROMPT}")),
        Index("ix_outbox_bulk", "available_at", postgresql_where=text(f"dead_at IS NULL AND {IS_BULK}")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The event's id."""
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    event_name: Mapped[str] = mapped_column(LABEL)
    available_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    """The relay takes the message at this time at the earliest; a lease moves it into the future."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    reactions_done: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    last_error: Mapped[str | None] = mapped_column(Text)
    dead_at: Mapped[datetime | None] = mapped_column(DateTimeUTC)
    traceparent: Mapped[str | None] = mapped_column(Text)
    """Where the reactions' spans belong, as W3C's Trace Context writes it; None while tracing is off."""


class StoredAnswer(TenantRow):
    """The response to an idempotency key, byte for byte, written in the transaction of its change."""

    __tablename__ = "stored_answers"
    __table_args__ = (Index("ix_stored_answers_created_at", "created_at"),)

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of route and body, without staff PIN and remarks; see `key_for`."""
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
