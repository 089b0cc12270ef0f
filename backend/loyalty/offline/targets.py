"""Which card each operation of a batch is about: cards by code, voids by what they take back, new cards by the
tablet's own reference. What is about one card is booked in the tablet's order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.loyalty.cards.code import normalize
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.models.transactions import Transaction
from backend.loyalty.offline.entries import BatchEntry
from backend.loyalty.offline.items import OfflineItem
from backend.loyalty.offline.models import DeviceOperation


@dataclass(slots=True)
class Targets:
    by_code: dict[str, UUID] = field(default_factory=dict)
    by_ref: dict[str, DeviceOperation] = field(default_factory=dict)
    """The enrollment that made the card, of this batch or an earlier one."""
    voided: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    """By transaction id or idempotency key: transaction and card."""

    def card_of(self, item: OfflineItem) -> UUID | None:
        """None for a card that is not known, and for one that is not made yet."""
        if item.card_id is not None:
            return item.card_id
        if item.card_code is not None:
            return self.by_code.get(normalize(item.card_code) or "")
        enrolled = self.by_ref.get(item.local_ref or "")
        return enrolled.card_id if enrolled else None

    def voided_by(self, item: OfflineItem) -> UUID | None:
        voided = self._voided(item)
        return voided[0] if voided else item.transaction_id

    def note(self, row: DeviceOperation) -> None:
        """A later operation may take back what was booked just now."""
        if row.transaction_id and row.card_id:
            self.voided[row.operation_id] = row.transaction_id, row.card_id

    def groups(self, entries: Iterable[BatchEntry]) -> list[list[BatchEntry]]:
        """What is about one card, in the tablet's order."""
        keys: dict[str, str] = {}
        groups: dict[str, list[BatchEntry]] = {}
        due = [entry for entry in entries if entry.is_due and entry.item]
        for entry in sorted(due, key=lambda each: each.item.seq if each.item else 0):
            assert entry.item is not None, "it is due"
            key = keys[entry.item.id] = self._group_of(entry.item, keys)
            groups.setdefault(key, []).append(entry)
        return list(groups.values())

    def _group_of(self, item: OfflineItem, keys: dict[str, str]) -> str:
        if item.op == "enroll":
            return f"ref {item.local_ref or item.id}"
        if item.op == "void" and item.voids in keys:
            return keys[item.voids]
        voided = self._voided(item)
        card_id = voided[1] if voided else self.card_of(item)
        return f"card {card_id}" if card_id else f"ref {item.local_ref or item.id}"

    def _voided(self, item: OfflineItem) -> tuple[UUID, UUID] | None:
        """Transaction and card of what it takes back."""
        return self.voided.get(str(item.transaction_id) if item.transaction_id else item.voids or "")


async def find_targets(session: AsyncSession, origin: Origin, entries: Sequence[BatchEntry]) -> Targets:
    items = [entry.item for entry in entries if entry.item]
    codes = {code for item in items if item.card_code and (code := normalize(item.card_code))}
    refs = {item.local_ref for item in items if item.local_ref}
    ids = {item.transaction_id for item in items if item.transaction_id}
    keys = {item.voids for item in items if item.voids}
    targets = Targets()
    if codes:
        cards = select(Card.code, Card.id).where(Card.merchant_id == origin.merchant_id, Card.code.in_(codes))
        targets.by_code = dict((await session.execute(cards)).tuples().all())
    if refs:
        targets.by_ref = await _enrollments(session, origin, refs)
    if ids or keys:
        targets.voided = await _voided(session, origin, ids, keys)
    targets.by_ref |= {
        entry.item.local_ref: entry.row
        for entry in entries
        if entry.row and entry.item and entry.item.op == "enroll" and entry.item.local_ref
    }
    return targets


async def _enrollments(session: AsyncSession, origin: Origin, refs: set[str]) -> dict[str, DeviceOperation]:
    rows = await session.scalars(
        select(DeviceOperation).where(
            DeviceOperation.merchant_id == origin.merchant_id,
            DeviceOperation.device_id == origin.device_id,
            DeviceOperation.op == "enroll",
            DeviceOperation.local_ref.in_(refs),
        )
    )
    return {row.local_ref: row for row in rows if row.local_ref}


async def _voided(
    session: AsyncSession, origin: Origin, ids: set[UUID], keys: set[str]
) -> dict[str, tuple[UUID, UUID]]:
    named: ColumnElement[bool] = or_(Transaction.id.in_(ids), Transaction.idempotency_key.in_(keys))
    lines = select(Transaction.id, Transaction.card_id, Transaction.idempotency_key).where(
        Transaction.merchant_id == origin.merchant_id, named
    )
    voided: dict[str, tuple[UUID, UUID]] = {}
    for transaction_id, card_id, key in (await session.execute(lines)).tuples():
        voided |= dict.fromkeys([str(transaction_id), *([key] if key else [])], (transaction_id, card_id))
    return voided
