"""The history of cards and stores: each read is one statement."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.core.origin import Origin
from backend.core.paging import Position
from backend.loyalty.customers.masking import masked_name
from backend.loyalty.ledger.booking.setup import in_language
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.loyalty.ledger.problems.returns import TransactionNotFound
from backend.loyalty.ledger.queries import get_state
from backend.loyalty.ledger.receipts import fold_reference
from backend.loyalty.ledger.rules.undo import UNDO_WINDOW, undo_until
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.transaction_view import LineNames, LineState, transaction_view

FIND_TRANSACTION = "SELECT find_transaction($1, $2)"
HISTORY = "SELECT list_transactions($1, $2, $3, $4, $5, $6)"
FILTERED = "SELECT filter_transactions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"


@dataclass(frozen=True, slots=True)
class TransactionFilters:
    """None: not asked for. Days are those of the merchant, both included."""

    store_id: UUID | None = None
    card_id: UUID | None = None
    kind: str | None = None
    order_reference: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    is_oldest_first: bool = False


class BookedAt(msgspec.Struct, frozen=True):
    recorded_at: datetime
    sign_in_id: UUID | None


class HistoryRow(msgspec.Struct, frozen=True):
    """A transaction with the names a reader wants to see beside it."""

    id: UUID
    seq: int
    card_id: UUID
    kind: str
    unit: str
    amount: int
    points_after: int
    stamps_after: int
    store: str | None
    user: str | None
    sign_in_id: UUID | None
    on_behalf: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    purchase_amount_cents: int | None
    order_reference: str | None
    reward: dict[str, str] | None
    reason: str | None
    occurred_at: datetime
    recorded_at: datetime
    voids_id: UUID | None
    voids: BookedAt | None
    quantity: int | None
    store_id: UUID | None
    user_id: UUID | None
    device_id: UUID | None
    reward_id: UUID | None
    override: bool
    returned_cents: int
    returned_quantity: int
    voided: bool
    language: str

    @property
    def is_touched(self) -> bool:
        """Some of it was taken back."""
        return self.voided or self.returned_cents > 0 or self.returned_quantity > 0

    @property
    def undo_until(self) -> datetime | None:
        return None if self.is_touched or self._is_undo else undo_until(self.kind, self.recorded_at)

    @property
    def _is_undo(self) -> bool:
        """Of this till's booking of a moment ago. It is not undone in turn: one key would do and undo for ever."""
        undone = self.voids
        return (
            undone is not None
            and undone.sign_in_id == self.sign_in_id
            and self.recorded_at <= undone.recorded_at + UNDO_WINDOW
        )

    @property
    def _name(self) -> str | None:
        name = " ".join(part for part in (self.first_name, self.last_name) if part)
        return name or (self.email.partition("@")[0] if self.email else None)

    @property
    def _masked_name(self) -> str | None:
        return masked_name(self.first_name, self.last_name, self.email) if self._name else None

    def view(self, language: str, *, masks: bool = False) -> TransactionView:
        """`masks`: the reader is a tablet."""
        names = LineNames(
            store=self.store,
            user=self.user,
            on_behalf=self.on_behalf,
            customer=self._masked_name if masks else self._name,
            reward=in_language(self.reward, language, self.language) or None,
        )
        state = LineState(self.override, self.undo_until, self.returned_cents, self.returned_quantity, self.voided)
        return transaction_view(self, names, state)


_history = msgspec.json.Decoder(HistoryRow)


async def get_transaction(pool: asyncpg.Pool, origin: Origin, transaction_id: UUID) -> HistoryRow:
    """Raises TransactionNotFound, also for one of a card that does not work at the asking store."""
    row = await find_transaction(pool, origin.merchant_id, transaction_id)
    if row is None:
        raise TransactionNotFound
    try:
        await get_state(pool, origin, row.card_id)
    except CardNotFound as error:
        raise TransactionNotFound from error
    return row


async def find_transaction(pool: asyncpg.Pool, merchant_id: UUID, transaction_id: UUID) -> HistoryRow | None:
    document = await pool.fetchval(FIND_TRANSACTION, merchant_id, transaction_id)
    return _history.decode(document) if document else None


async def list_transactions(
    pool: asyncpg.Pool,
    merchant_id: UUID,
    *,
    card_id: UUID | None = None,
    store_id: UUID | None = None,
    after: Position | None = None,
    limit: int,
) -> list[HistoryRow]:
    """Newest first, of a card or of a store; one row more than `limit` when there are more."""
    rows: list[Any] = await pool.fetch(
        HISTORY, merchant_id, card_id, store_id, after.key if after else None, after.id if after else None, limit + 1
    )
    return [_history.decode(row[0]) for row in rows]


async def filter_transactions(
    pool: asyncpg.Pool, merchant_id: UUID, filters: TransactionFilters, after: Position | None, limit: int
) -> list[HistoryRow]:
    """Of the whole merchant; one row more than `limit` when there are more."""
    reference = filters.order_reference
    rows: list[Any] = await pool.fetch(
        FILTERED,
        merchant_id,
        filters.store_id,
        filters.card_id,
        filters.kind,
        fold_reference(reference) if reference is not None else None,
        filters.first_day,
        filters.last_day,
        filters.is_oldest_first,
        after.key if after else None,
        after.id if after else None,
        limit + 1,
    )
    return [_history.decode(row[0]) for row in rows]
