"""The rows a booking writes, and the document the statement `book` takes."""

from datetime import datetime
from fractions import Fraction
from typing import Any, Self
from uuid import UUID

import msgspec

from backend.audit.rows import EntryRow
from backend.core.answers import AnswerRow
from backend.core.events import EventRow
from backend.loyalty.ledger.booking.card import CardRow, CustomerState, HoldState, LotState
from backend.loyalty.ledger.booking.target import TargetTransaction
from backend.loyalty.ledger.receipts import fold_reference


class TransactionRow(msgspec.Struct, kw_only=True, frozen=True):
    """Columns of `transactions`."""

    merchant_id: UUID
    id: UUID
    card_id: UUID
    seq: int
    kind: str
    unit: str
    amount: int
    points_after: int
    stamps_after: int
    debt_after: int
    store_id: UUID | None
    user_id: UUID | None
    staff_pin_id: UUID | None
    device_id: UUID | None
    sign_in_id: UUID | None
    on_behalf_user_id: UUID | None
    program_id: UUID
    terms_version: int
    purchase_amount_cents: int | None = None
    order_reference: str | None = None
    reward_id: UUID | None = None
    voids_id: UUID | None = None
    reason: str | None = None
    notes: str | None = None
    idempotency_key: str | None = None
    occurred_at: datetime
    recorded_at: datetime
    ip: str | None
    user_agent: str | None
    quantity: int | None = None
    reversed_points: int | None = None
    hold_id: UUID | None = None
    override_user_id: UUID | None = None
    api_key_id: UUID | None = None
    digest: None = None
    """The statement `book` computes it."""


class AllocationRow(msgspec.Struct, frozen=True):
    merchant_id: UUID
    transaction_id: UUID
    lot_id: UUID
    amount: int


class CategoryRow(msgspec.Struct, frozen=True):
    merchant_id: UUID
    transaction_id: UUID
    category_id: UUID


class OrderReferenceRow(msgspec.Struct, frozen=True):
    """Columns of `order_references`."""

    merchant_id: UUID
    transaction_id: UUID
    store_id: UUID | None
    kind: str
    folded: str
    is_live: bool

    @classmethod
    def of(cls, booked: TransactionRow | TargetTransaction, order_reference: str, *, is_live: bool) -> Self:
        folded = fold_reference(order_reference)
        return cls(booked.merchant_id, booked.id, booked.store_id, booked.kind, folded, is_live)


class RetiredCodeRow(msgspec.Struct, frozen=True):
    merchant_id: UUID
    code: str
    card_id: UUID
    user_id: UUID | None
    on_behalf_user_id: UUID | None
    reason: str
    retired_at: datetime


class LimitUse(msgspec.Struct, frozen=True):
    """What a booking adds toward a limit; the statement `book` proves that it still fits."""

    id: UUID
    scope: str
    subject_id: UUID
    """The card, the person, the device or the store."""
    measure: str
    window_minutes: int
    maximum: int
    wanted: int
    happened_at: datetime


class SharedFields(msgspec.Struct, frozen=True):
    merge_id: UUID
    shared: list[str]


class HolderChange(msgspec.Struct, frozen=True):
    """What a merge, or its reversal, makes known of the kept card's holder."""

    before: CustomerState
    after: CustomerState
    words: list[str]
    """Of the name that is shown then."""
    shared: list[SharedFields]


class MergeRow(msgspec.Struct, frozen=True):
    """Columns of `card_merges`."""

    merchant_id: UUID
    id: UUID
    merged_card_id: UUID
    kept_card_id: UUID
    user_id: UUID | None
    on_behalf_user_id: UUID | None
    reason: str
    debt_points: int
    carry_numerator: int
    carry_denominator: int
    merged_at: datetime
    reversible_until: datetime
    reversed_at: datetime | None
    shared: list[str] = []

    @property
    def carry(self) -> Fraction:
        return Fraction(self.carry_numerator, self.carry_denominator)


class MergeBooking(MergeRow, frozen=True):
    """The document the statement `book_together` takes."""

    holder: HolderChange | None = None
    audit_entry: EntryRow | None = None

    @classmethod
    def of(cls, merge: MergeRow, **changes: Any) -> Self:
        return cls(**msgspec.structs.asdict(merge) | changes)


class Booking(msgspec.Struct, kw_only=True):
    """The document the statement `book` takes. A draft fills it while an operation decides."""

    now: datetime
    card: CardRow
    limits: list[LimitUse] = []
    transactions: list[TransactionRow] = []
    order_references: list[OrderReferenceRow] = []
    order_references_changed: list[OrderReferenceRow] = []
    categories: list[CategoryRow] = []
    lots: list[LotState] = []
    lots_changed: list[LotState] = []
    allocations: list[AllocationRow] = []
    holds: list[HoldState] = []
    holds_changed: list[HoldState] = []
    retired_code: RetiredCodeRow | None = None
    ends_links: bool = False
    reward_id: UUID | None = None
    reward_stock: int = 0
    """Added to the reward's stock: negative for pieces handed over or held, positive for pieces that come back."""
    events: list[EventRow] = []
    answer: AnswerRow | None = None
    audit_entry: EntryRow | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is to be written."""
        return not (self.transactions or self.holds or self.holds_changed or self.ends_links)
