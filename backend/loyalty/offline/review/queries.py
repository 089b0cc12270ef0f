"""What waits for a person, with the names of whom and what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.problems import Problem
from backend.devices.models import Device
from backend.devices.queries import Stores
from backend.devices.rules import UNFINISHED_AFTER
from backend.loyalty.cards.code import normalize
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.ledger.booking.setup import in_language
from backend.loyalty.ledger.schemas.bookings import Redemption
from backend.loyalty.offline.items import read_item
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.offline.problems import OperationNotFound
from backend.loyalty.offline.review.rights import ReviewRights
from backend.loyalty.offline.review.views import ReviewRow, review_item
from backend.loyalty.offline.schemas.review import ReviewList
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import Merchant, Store
from backend.staff.models import User

LIST = "offline review"


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """What the reader asks for."""

    rights: ReviewRights
    limit: int
    after: str | None


def waits(origin: Origin, stores: Stores) -> list[ColumnElement[bool]]:
    is_open = or_(DeviceOperation.state == "review", _is_cut_off(origin))
    own = [DeviceOperation.merchant_id == origin.merchant_id, is_open]
    return own if stores is None else [*own, DeviceOperation.store_id.in_(stores)]


def _is_cut_off(origin: Origin) -> ColumnElement[bool]:
    return (DeviceOperation.state == "received") & (DeviceOperation.received_at < origin.now - UNFINISHED_AFTER)


async def list_review(session: AsyncSession, origin: Origin, asked: ReviewPage, cursors: Cursors) -> ReviewList:
    """The oldest first. Raises CursorExpired."""
    stores = asked.rights.devices
    scope = repr((LIST, stores))
    position = cursors.read(scope, asked.after, origin.now)
    query = _rows(origin, stores)
    if position is not None:
        query = query.where(tuple_(DeviceOperation.received_at, DeviceOperation.id) > (position.key, position.id))
    listed = (await session.execute(query.limit(asked.limit + 1))).tuples().all()
    rows = [ReviewRow(*row) for row in listed[: asked.limit]]
    merchant = await session.get_one(Merchant, origin.merchant_id)
    await _name_cards(session, origin, rows)
    await _name_rewards(session, origin, rows, merchant.default_language)
    count, oldest_at = await count_waiting(session, origin, stores)
    last = rows[-1].operation if len(listed) > asked.limit else None
    return ReviewList(
        data=[review_item(row, origin.language, asked.rights) for row in rows],
        next_cursor=cursors.write(scope, last.received_at, last.id, origin.now) if last else None,
        has_more=last is not None,
        waiting_count=count,
        oldest_at=oldest_at,
        currency=merchant.currency,
        may_override=asked.rights.may_override,
    )


async def count_waiting(session: AsyncSession, origin: Origin, stores: Stores) -> tuple[int, datetime | None]:
    """How many wait, and since when the first one does."""
    counted = select(func.count(), func.min(DeviceOperation.received_at)).where(*waits(origin, stores))
    return (await session.execute(counted)).tuples().one()


async def lock_operation(session: AsyncSession, origin: Origin, row_id: UUID, stores: Stores) -> DeviceOperation:
    """Raises OperationNotFound, also for a tablet of another store, and for what is about to be booked."""
    is_settled = (DeviceOperation.state != "received") | _is_cut_off(origin)
    own = [DeviceOperation.merchant_id == origin.merchant_id, DeviceOperation.id == row_id, is_settled]
    if stores is not None:
        own.append(DeviceOperation.store_id.in_(stores))
    row = await session.scalar(select(DeviceOperation).where(*own).with_for_update())
    if row is None:
        raise OperationNotFound
    return row


def _rows(origin: Origin, stores: Stores) -> Select[tuple[DeviceOperation, str, str, str]]:
    device = (Device.merchant_id == DeviceOperation.merchant_id) & (Device.id == DeviceOperation.device_id)
    store = (Store.merchant_id == DeviceOperation.merchant_id) & (Store.id == DeviceOperation.store_id)
    return (
        select(DeviceOperation, Device.name, Store.code, User.name)
        .join(Device, device)
        .join(Store, store)
        .outerjoin(User, User.id == DeviceOperation.user_id)
        .where(*waits(origin, stores))
        .order_by(DeviceOperation.received_at, DeviceOperation.id)
    )


async def _name_cards(session: AsyncSession, origin: Origin, rows: Sequence[ReviewRow]) -> None:
    """Of what can be read: a card that is named by its id or its code."""
    for row in rows:
        row.item, row.body = _read(row.operation.content)
    ids = {row.item.card_id for row in rows if row.item and row.item.card_id}
    codes = {normalize(row.item.card_code) for row in rows if row.item and row.item.card_code} - {None}
    holder = (Customer.merchant_id == Card.merchant_id) & (Customer.id == Card.customer_id)
    named = await session.execute(
        select(Card, Customer)
        .outerjoin(Customer, holder)
        .where(Card.merchant_id == origin.merchant_id, or_(Card.id.in_(ids), Card.code.in_(codes)))
    )
    cards: dict[Any, tuple[Card, Customer | None]] = {}
    for card, customer in named.tuples():
        cards[card.id] = cards[card.code] = card, customer
    for row in rows:
        if row.item is not None:
            code = normalize(row.item.card_code) if row.item.card_code else None
            row.card, row.customer = cards.get(row.item.card_id or code, (None, None))


async def _name_rewards(
    session: AsyncSession, origin: Origin, rows: Sequence[ReviewRow], default_language: str
) -> None:
    """Also of those that are no longer offered."""
    wanted = {row.body.reward_id for row in rows if isinstance(row.body, Redemption) and row.body.reward_id}
    query = select(Reward.id, Reward.name).where(Reward.merchant_id == origin.merchant_id, Reward.id.in_(wanted))
    names = dict((await session.execute(query)).tuples().all()) if wanted else {}
    for row in rows:
        if isinstance(row.body, Redemption) and row.body.reward_id in names:
            row.reward = in_language(names[row.body.reward_id], origin.language, default_language)


def _read(content: dict[str, Any] | None) -> tuple[Any, Any]:
    try:
        return read_item(content) if content is not None else (None, None)
    except Problem:
        return None, None
