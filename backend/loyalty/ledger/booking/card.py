"""The card of a booking: its row, its holder, its lots and its holds."""

from datetime import date, datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.loyalty.customers.rules import shown_name


class CardRow(msgspec.Struct):
    """The card's own row; changed in place while a booking is decided."""

    merchant_id: UUID
    id: UUID
    code: str
    store_id: UUID
    scope_store_id: UUID | None
    state: str
    points_balance: int
    debt_points: int
    stamp_count: int
    carry_numerator: int
    carry_denominator: int
    last_seq: int
    version: int
    page_version: int
    enrolled_at: datetime
    last_activity_at: datetime
    merged_into_id: UUID | None
    last_digest: str | None
    """As PostgreSQL writes bytes; the statement `book` goes on from it."""
    frozen_at: datetime | None

    @property
    def carry(self) -> Fraction:
        return Fraction(self.carry_numerator, self.carry_denominator)

    @carry.setter
    def carry(self, value: Fraction) -> None:
        self.carry_numerator, self.carry_denominator = value.numerator, value.denominator


class CustomerState(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    first_name: str | None
    last_name: str | None
    phone: str | None
    birth_date: date | None
    language: str
    phone_norm: str | None = None
    is_test: bool = False

    @property
    def name(self) -> str:
        return shown_name(self.first_name, self.last_name, self.email)


class LotState(msgspec.Struct):
    """Points or stamps that came together; changed in place while a booking is decided."""

    merchant_id: UUID
    id: UUID
    card_id: UUID
    transaction_id: UUID
    unit: str
    original: int
    remaining: int
    expires_at: datetime | None
    idle_days: int | None
    has_grace: bool = False
    from_lot_id: UUID | None = None


class HoldState(msgspec.Struct):
    """Points or stamps held for a reward or a tablet; changed in place while a booking is decided."""

    merchant_id: UUID
    id: UUID
    card_id: UUID
    store_id: UUID
    user_id: UUID | None
    device_id: UUID | None
    reward_id: UUID | None
    unit: str
    amount: int
    quantity: int
    state: str
    reserved_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    is_allowance: bool = False
    used_amount: int = 0

    @property
    def left(self) -> int:
        """What it may still pay for."""
        return self.amount - self.used_amount


class CardMoment(msgspec.Struct, frozen=True):
    """When a card is looked at, with what decides how long its lots live."""

    now: datetime
    last_activity_at: datetime
    """Of the customer."""
    zone: ZoneInfo
    """Of the merchant, whose days end there."""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()
