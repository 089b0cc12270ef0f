"""The lines of a card's history as a story tells them. Who booked is named; what a person has typed is left out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.devices.models import Device
from backend.loyalty.ledger.booking.setup import in_language
from backend.loyalty.ledger.history import HistoryRow
from backend.loyalty.ledger.models.transactions import Transaction

LANGUAGE = "en"


class StoryBooking(Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    unit: str
    amount: int
    points_after: int
    stamps_after: int
    recorded_at: datetime
    occurred_at: datetime
    store: str | None
    """Its code."""
    by: str | None
    """A member of the staff, or an API key."""
    on_behalf: str | None
    """The administrator who acted for the merchant."""
    device: str | None
    purchase_amount_cents: int | None
    order_reference: str | None
    reward: str | None
    quantity: int | None
    is_overridden: bool
    is_undone: bool
    """Wholly."""
    takes_back: UUID | None
    taken_back_by: Sequence[UUID]


async def story_bookings(session: AsyncSession, merchant_id: UUID, rows: Sequence[HistoryRow]) -> list[StoryBooking]:
    devices = await list_device_names(session, merchant_id, (row.device_id for row in rows))
    undone_by = await _takers(session, merchant_id, [row.id for row in rows])
    return [
        StoryBooking(
            id=row.id,
            kind=row.kind,
            unit=row.unit,
            amount=row.amount,
            points_after=row.points_after,
            stamps_after=row.stamps_after,
            recorded_at=row.recorded_at,
            occurred_at=row.occurred_at,
            store=row.store,
            by=row.user,
            on_behalf=row.on_behalf,
            device=devices.get(row.device_id) if row.device_id else None,
            purchase_amount_cents=row.purchase_amount_cents,
            order_reference=row.order_reference,
            reward=in_language(row.reward, LANGUAGE, row.language) or None,
            quantity=row.quantity,
            is_overridden=row.override,
            is_undone=row.voided,
            takes_back=row.voids_id,
            taken_back_by=undone_by.get(row.id, []),
        )
        for row in rows
    ]


async def list_device_names(
    session: AsyncSession, merchant_id: UUID, device_ids: Iterable[UUID | None]
) -> dict[UUID, str]:
    ids = {device_id for device_id in device_ids if device_id}
    named = select(Device.id, Device.name).where(Device.merchant_id == merchant_id, Device.id.in_(ids))
    return dict(row for row in (await session.execute(named)).tuples())


async def _takers(session: AsyncSession, merchant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    takers = (
        select(Transaction.voids_id, Transaction.id)
        .where(Transaction.merchant_id == merchant_id, Transaction.voids_id.in_(ids))
        .order_by(Transaction.recorded_at, Transaction.id)
    )
    for taken_id, taker_id in (await session.execute(takers)).tuples():
        if taken_id is not None:
            found.setdefault(taken_id, []).append(taker_id)
    return found
