"""A line of a card's history as the API shows it: the one mapping, for lines just booked and for lines read later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from backend.loyalty.ledger.schemas import TransactionView


class RecordedLine(Protocol):
    """The columns that are shown as they are."""

    @property
    def id(self) -> UUID: ...
    @property
    def seq(self) -> int: ...
    @property
    def card_id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def points_after(self) -> int: ...
    @property
    def stamps_after(self) -> int: ...
    @property
    def purchase_amount_cents(self) -> int | None: ...
    @property
    def order_reference(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def voids_id(self) -> UUID | None: ...
    @property
    def quantity(self) -> int | None: ...
    @property
    def store_id(self) -> UUID | None: ...
    @property
    def user_id(self) -> UUID | None: ...
    @property
    def device_id(self) -> UUID | None: ...
    @property
    def reward_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class LineNames:
    """The names a reader sees beside a line."""

    store: str | None
    user: str | None
    on_behalf: str | None
    customer: str | None
    reward: str | None


@dataclass(frozen=True, slots=True)
class LineState:
    """What became of a line since it was booked, and what may still be done with it."""

    is_overridden: bool
    undo_until: datetime | None
    returned_cents: int = 0
    returned_quantity: int = 0
    is_voided: bool = False


def transaction_view(line: RecordedLine, names: LineNames, state: LineState) -> TransactionView:
    return TransactionView(
        id=line.id,
        seq=line.seq,
        card_id=line.card_id,
        kind=line.kind,
        unit=line.unit,
        amount=line.amount,
        points_balance=line.points_after,
        stamp_count=line.stamps_after,
        store=names.store,
        user=names.user,
        on_behalf=names.on_behalf,
        customer=names.customer,
        purchase_amount_cents=line.purchase_amount_cents,
        order_reference=line.order_reference,
        reward=names.reward,
        reason=line.reason,
        occurred_at=line.occurred_at,
        recorded_at=line.recorded_at,
        voids_id=line.voids_id,
        quantity=line.quantity,
        override=state.is_overridden,
        returned_cents=state.returned_cents,
        returned_quantity=state.returned_quantity,
        voided=state.is_voided,
        undo_until=state.undo_until,
        store_id=line.store_id,
        user_id=line.user_id,
        device_id=line.device_id,
        reward_id=line.reward_id,
    )
