"""What the ledger asks of an operation. Operations are frozen values: nothing is kept in them between the calls."""

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import asyncpg
import msgspec

from backend.audit.rows import EntryRow, entry_row
from backend.core.origin import Origin
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import MergeBooking, MergeRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.views import Show


class Operation(ABC):
    """Books something on one card."""

    kind: ClassVar[str]
    """Label of the metrics."""
    is_audited: ClassVar[bool] = False
    """Whether it is a change of the card by hand, and not one of the till's daily bookings."""

    async def read(self, pool: asyncpg.Pool, state: CardState) -> Self:  # noqa: ARG002 - most need only the state
        """The operation with the further facts it decides on, read after the card: the write proves both unchanged."""
        return self

    @abstractmethod
    def check(self, state: CardState) -> None:
        """Raises the problems that need neither a PIN nor a balance."""

    def needs_pin(self, state: CardState, origin: Origin) -> bool:  # noqa: ARG002 - known without either, mostly
        """Whether a policy that requires a PIN requires it here. An office has signed in by password."""
        return origin.store_id is not None

    @abstractmethod
    def decide(self, draft: BookingDraft) -> Decided:
        """Adds to the draft what is to be booked, or raises a problem. A draft left empty books nothing."""

    def audit_entry(self, decided: Decided, draft: BookingDraft) -> EntryRow:
        """Names card, transaction and amount. The reason stays with the transaction, where it can be erased."""
        after: dict[str, str | int] = {}
        for row in decided.rows:
            after |= {"transaction_id": str(row.id)} | ({row.unit: row.amount} if row.amount else {})
        return entry_row(draft.origin, f"card.{self.kind}", subject_id=draft.card.id, after=after)

    @abstractmethod
    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> msgspec.Struct:
        """The body of the response."""


class JointOperation(ABC):
    """Books something on two cards, on both or on neither."""

    kind: ClassVar[str]

    async def read(self, pool: asyncpg.Pool, kept: CardState) -> Self:  # noqa: ARG002 - a merge needs only the states
        """As of `Operation`."""
        return self

    @abstractmethod
    def check(self, kept: CardState, merged: CardState, origin: Origin) -> None:
        """Raises the problems that need no balance."""

    @abstractmethod
    def decide(self, kept: BookingDraft, merged: BookingDraft) -> MergeRow:
        """Adds to both drafts what is to be booked, or raises a problem."""

    def audited(self, merge: MergeRow, origin: Origin) -> MergeBooking:
        """With its audit entry, which names both cards. The reason stays with the merge."""
        after = {"merge_id": str(merge.id), "other_card_id": str(merge.merged_card_id)}
        entry = entry_row(origin, f"card.{self.kind}", subject_id=merge.kept_card_id, after=after)
        return MergeBooking.of(merge, audit_entry=entry)

    @abstractmethod
    def answer(self, merge: MergeRow, kept: BookingDraft, merged: BookingDraft, show: Show) -> msgspec.Struct:
        """The body of the response."""
