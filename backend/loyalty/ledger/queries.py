"""Reads of the till's lane: each is one statement."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.core.origin import Origin
from backend.core.paging import Position
from backend.loyalty.ledger.booking.checks import check_shown
from backend.loyalty.ledger.booking.state import CardState, Setup, in_language
from backend.loyalty.ledger.problems import CardNotFound, TransactionNotFound
from backend.loyalty.ledger.rules import UNDO_WINDOW, undo_until
from backend.loyalty.ledger.schemas import TransactionView

CARD_STATE = "SELECT card_state($1, $2, $3, $4, $5, $6, $7)"
CARD_STATES = "SELECT card_state($1, $2, $3, NULL, NULL, $5, $6), card_state($1, $2, $4, NULL, NULL, NULL, $6)"
STORE_SETUP = "SELECT store_setup($1, $2)"
FIND_CARDS = "SELECT find_cards($1, $2, $3, $4, $5, $6, $7)"
CODE_RETIRED_ON = "SELECT code_retired_on($1, $2, $3)"
FIND_TRANSACTION = "SELECT find_transaction($1, $2)"
HISTORY = "SELECT list_transactions($1, $2, $3, $4, $5, $6)"

_state = msgspec.json.Decoder(CardState)
_setup = msgspec.json.Decoder(Setup)


async def find_state(
    pool: asyncpg.Pool,
    origin: Origin,
    *,
    card_id: UUID | None = None,
    transaction_id: UUID | None = None,
    order_reference: str | None = None,
    key: str | None = None,
) -> CardState | None:
    """By card, by one of its transactions, or by the reference of an order; what was booked is then the targets."""
    document = await pool.fetchval(
        CARD_STATE, origin.merchant_id, origin.store_id, card_id, transaction_id, order_reference, key, origin.now
    )
    return _state.decode(document) if document else None


async def get_state(pool: asyncpg.Pool, origin: Origin, card_id: UUID) -> CardState:
    """Raises CardNotFound, also for a card that does not work at the asking store, or FeatureDisabled there."""
    state = await find_state(pool, origin, card_id=card_id)
    if state is None:
        raise CardNotFound
    check_shown(state, origin)
    return state


async def get_setup(pool: asyncpg.Pool, merchant_id: UUID, store_id: UUID) -> Setup:
    return _setup.decode(await pool.fetchval(STORE_SETUP, merchant_id, store_id))


async def get_states(
    pool: asyncpg.Pool, origin: Origin, first_id: UUID, second_id: UUID, *, key: str
) -> tuple[CardState, CardState]:
    """Two cards at the same moment. Raises CardNotFound."""
    asked = origin.merchant_id, origin.store_id, first_id, second_id, key, origin.now
    first, second = await pool.fetchrow(CARD_STATES, *asked)
    if first is None or second is None:
        raise CardNotFound
    return _state.decode(first), _state.decode(second)


async def list_states(
    pool: asyncpg.Pool,
    origin: Origin,
    *,
    code: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    words: Sequence[str] = (),
) -> list[CardState]:
    """At most five cards, those used last first. Values as `customers.rules` normalizes them.

    Raises FeatureDisabled at a store where loyalty is switched off.
    """
    rows = await pool.fetch(
        FIND_CARDS, origin.merchant_id, origin.store_id, code, email, phone, list(words), origin.now
    )
    states = [_state.decode(row[0]) for row in rows]
    for state in states:
        check_shown(state, origin)
    return states


async def find_retired_on(pool: asyncpg.Pool, origin: Origin, code: str) -> date | None:
    """Since which day the code is refused because its card got another."""
    retired_on: date | None = await pool.fetchval(CODE_RETIRED_ON, origin.merchant_id, origin.store_id, code)
    return retired_on


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

    def view(self, language: str) -> TransactionView:
        name = " ".join(part for part in (self.first_name, self.last_name) if part)
        return TransactionView(
            id=self.id,
            seq=self.seq,
            card_id=self.card_id,
            kind=self.kind,
            unit=self.unit,
            amount=self.amount,
            points_balance=self.points_after,
            stamp_count=self.stamps_after,
            store=self.store,
            user=self.user,
            on_behalf=self.on_behalf,
            customer=name or (self.email.partition("@")[0] if self.email else None),
            purchase_amount_cents=self.purchase_amount_cents,
            order_reference=self.order_reference,
            reward=in_language(self.reward, language, self.language) or None,
            reason=self.reason,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            voids_id=self.voids_id,
            quantity=self.quantity,
            override=self.override,
            returned_cents=self.returned_cents,
            returned_quantity=self.returned_quantity,
            voided=self.voided,
            undo_until=self.undo_until,
        )


_history = msgspec.json.Decoder(HistoryRow)


async def get_transaction(pool: asyncpg.Pool, origin: Origin, transaction_id: UUID) -> HistoryRow:
    """Raises TransactionNotFound, also for one of a card that does not work at the asking store."""
    document = await pool.fetchval(FIND_TRANSACTION, origin.merchant_id, transaction_id)
    if document is None:
        raise TransactionNotFound
    row = _history.decode(document)
    try:
        await get_state(pool, origin, row.card_id)
    except CardNotFound as error:
        raise TransactionNotFound from error
    return row


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
        HISTORY, merchant_id, card_id, store_id, after.at if after else None, after.id if after else None, limit + 1
    )
    return [_history.decode(row[0]) for row in rows]
