"""Reads the story of a booking: what it did to which lots, and what followed from it."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditEntry
from backend.core.database import Sessions
from backend.core.ids import CLOCKS_APART
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.history import HistoryRow, find_transaction
from backend.loyalty.ledger.models.lots import Allocation, Lot
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.ledger.problems.returns import TransactionNotFound
from backend.loyalty.offline.models import DeviceOperation
from backend.messaging.story import StoryMail, list_cards_mails
from backend.operations.stories.bookings import story_bookings
from backend.operations.stories.events import list_transactions_events
from backend.operations.stories.transaction_advice import next_steps
from backend.operations.stories.transaction_search import FoundTransaction, find_transactions
from backend.operations.stories.transaction_story import (
    MovedLot,
    OtherBooking,
    StoryOffline,
    StoryPass,
    StoryReceipt,
    TransactionStory,
)
from backend.staff.models import User
from backend.wallets.story import list_pass_stories
from backend.webhooks.story import list_transactions_deliveries

MAILS_WITHIN = timedelta(hours=1)
"""An email does not name its booking. Those that a booking causes are written in seconds."""


async def read_transaction_story(
    pool: asyncpg.Pool, sessions: Sessions, named: str, merchant_id: UUID | None, now: datetime
) -> TransactionStory:
    """By id, receipt or idempotency key; the newest of several. `merchant_id` None: of any merchant.

    Raises TransactionNotFound.
    """
    found = await find_transactions(sessions, named, merchant_id)
    if not found:
        raise TransactionNotFound
    newest, *others = found
    line = await find_transaction(pool, newest.merchant_id, newest.id)
    assert line is not None, "it was just found"
    async with sessions.committing(newest.merchant_id) as session:
        return await _story(session, newest, line, others, now)


async def _story(
    session: AsyncSession, found: FoundTransaction, line: HistoryRow, others: list[FoundTransaction], now: datetime
) -> TransactionStory:
    merchant_id = found.merchant_id
    row = await session.get_one(Transaction, (merchant_id, line.id))
    card = await session.get_one(Card, (merchant_id, line.card_id))
    story = TransactionStory(
        merchant=found.merchant_code,
        card_code=card.code,
        booking=(await story_bookings(session, merchant_id, [line]))[0],
        others=[OtherBooking(other.id, other.merchant_code) for other in others],
        receipt=await _receipt(session, row),
        lots=await _lots(session, row),
        events=await list_transactions_events(session, merchant_id, row.id, row.recorded_at, now),
        mails=await _mails(session, row),
        deliveries=await list_transactions_deliveries(session, merchant_id, row.id, now),
        passes=await _passes(session, row, now),
        next=[],
    )
    story.next.extend(next_steps(story))
    return story


async def _receipt(session: AsyncSession, row: Transaction) -> StoryReceipt:
    entries = select(AuditEntry.request_id).where(
        AuditEntry.merchant_id == row.merchant_id,
        AuditEntry.subject_id.in_([row.id, row.card_id]),
        AuditEntry.recorded_at.between(row.recorded_at - CLOCKS_APART, row.recorded_at + CLOCKS_APART),
    )
    return StoryReceipt(
        terms_version=row.terms_version,
        has_pin=row.staff_pin_id is not None,
        overridden_by=await session.scalar(select(User.name).where(User.id == row.override_user_id)),
        idempotency_key=row.idempotency_key,
        request_ids=sorted(set(await session.scalars(entries.where(AuditEntry.request_id != "")))),
        offline=await _offline(session, row),
    )


async def _offline(session: AsyncSession, row: Transaction) -> StoryOffline | None:
    if row.device_id is None or row.idempotency_key is None:
        return None
    operation = await session.scalar(
        select(DeviceOperation).where(
            DeviceOperation.merchant_id == row.merchant_id,
            DeviceOperation.device_id == row.device_id,
            DeviceOperation.operation_id == row.idempotency_key,
        )
    )
    if operation is None:
        return None
    return StoryOffline(operation.operation_id, operation.batch_id, operation.received_at, operation.state)


async def _lots(session: AsyncSession, row: Transaction) -> list[MovedLot]:
    moved = (
        select(Lot, Allocation.amount)
        .outerjoin(
            Allocation,
            (Allocation.merchant_id == Lot.merchant_id)
            & (Allocation.lot_id == Lot.id)
            & (Allocation.transaction_id == row.id),
        )
        .where(
            Lot.merchant_id == row.merchant_id,
            Lot.card_id == row.card_id,
            or_(Lot.transaction_id == row.id, Allocation.transaction_id == row.id),
        )
        .order_by(Lot.id)
    )
    found: list[MovedLot] = []
    for lot, amount in (await session.execute(moved)).tuples():
        if lot.transaction_id == row.id:
            found.append(_moved(lot, "granted", lot.original))
        if amount:
            found.append(_moved(lot, "used" if amount > 0 else "restored", abs(amount)))
    return found


def _moved(lot: Lot, did: str, amount: int) -> MovedLot:
    return MovedLot(lot.id, lot.unit, did, amount, lot.remaining, lot.expires_at)


async def _mails(session: AsyncSession, row: Transaction) -> list[StoryMail]:
    until = row.recorded_at + MAILS_WITHIN
    return await list_cards_mails(session, row.merchant_id, row.card_id, since=row.recorded_at, until=until)


async def _passes(session: AsyncSession, row: Transaction, now: datetime) -> list[StoryPass]:
    stories = await list_pass_stories(session, row.merchant_id, row.card_id, now)
    return [
        StoryPass(
            each.provider,
            each.external_id,
            each.is_right or (each.synced_at is not None and each.synced_at >= row.recorded_at),
            each.next,
        )
        for each in stories
    ]
