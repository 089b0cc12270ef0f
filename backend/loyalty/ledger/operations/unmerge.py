"""Undo a merge: what is still there of the merged card's points goes back to it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.core.origin import Origin
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import MergeBooking, MergeRow, TransactionRow
from backend.loyalty.ledger.booking.state import CardState, LotState
from backend.loyalty.ledger.events import MergeReversed
from backend.loyalty.ledger.operations.merge import merge_view, refuse_held
from backend.loyalty.ledger.operations.replace import give_new_code
from backend.loyalty.ledger.operations.sharing import count_apart, share
from backend.loyalty.ledger.operations.transfer import Moved, transfer_all
from backend.loyalty.ledger.problems import CardFrozen, CardInactive, MergeFinal, MergeNotFound, MergeUndone
from backend.loyalty.ledger.schemas import MergeReversal, MergeView
from backend.loyalty.ledger.views import Show

MERGE_STATE = "SELECT merge_state($1, $2)"


class MergeFacts(msgspec.Struct, frozen=True):
    merge: MergeRow
    is_code_retired: bool
    """Of the merged card, since the kept one was replaced."""
    lots: list[LotState]
    """Of the merged card, and of those it goes on for: those from which the kept one has something left."""


_facts = msgspec.json.Decoder(MergeFacts)


async def get_merge(pool: asyncpg.Pool, merchant_id: UUID, merge_id: UUID) -> MergeFacts:
    """Raises MergeNotFound."""
    document = await pool.fetchval(MERGE_STATE, merchant_id, merge_id)
    if document is None:
        raise MergeNotFound
    return _facts.decode(document)


@dataclass(slots=True)
class ReverseMerge:
    merge_id: UUID
    body: MergeReversal
    by: Origin
    kind: str = "unmerged"
    _merge: MergeRow | None = None
    _lots: dict[UUID, LotState] = field(default_factory=dict)
    _is_code_retired: bool = False

    async def read(self, pool: asyncpg.Pool) -> None:
        facts = await get_merge(pool, self.by.merchant_id, self.merge_id)
        self._merge, self._lots = facts.merge, {lot.id: lot for lot in facts.lots}
        self._is_code_retired = facts.is_code_retired

    def check(self, kept: CardState, merged: CardState) -> None:
        if self.merge.reversed_at is not None:
            raise MergeUndone
        if self.merge.reversible_until <= self.by.now:
            raise MergeFinal(until=self.merge.reversible_until.astimezone(kept.setup.store.zone).date())
        checks.check_active(kept)
        if kept.card.frozen_at is not None:
            raise CardFrozen
        checks.check_place(merged)
        if merged.card.state != "merged":
            raise CardInactive(state=merged.card.state)

    def decide(self, kept: BookingDraft, merged: BookingDraft) -> MergeRow:
        """The card goes on with the kept one's last activity, so that points live as long as they would have there.

        Whose it is has read the addresses of the kept one meanwhile.
        """
        refuse_held(kept)
        merge = self.merge
        merged.card.last_activity_at = kept.card.last_activity_at
        kept.card.carry, merged.card.carry = kept.card.carry - merge.carry, merged.card.carry + merge.carry
        debt = min(merge.debt_points, kept.card.debt_points)
        lines = transfer_all(
            kept,
            merged,
            lambda unit: [lot for lot in kept.live(unit) if lot.from_lot_id in self._lots],
            debt=debt,
            place=self._put_back,
            reason=self.body.reason,
        )
        merged.card.state, merged.card.merged_into_id = "active", None
        holder = share(kept, [known for known in kept.state.merges if known.id != merge.id])
        merged.state.goes_on_as = None
        count_apart(kept, merged)
        kept.end_links()
        if self._is_code_retired:
            give_new_code(merged, self.body.reason)
        for draft, other, line in zip((kept, merged), (merged, kept), lines, strict=True):
            draft.record(MergeReversed(draft.card.id, line.id, other.card.id, merge.id))
        self._merge = MergeBooking.of(merge, reversed_at=kept.now, shared=[], holder=holder)
        return self.merge

    def answer(self, kept: BookingDraft, merged: BookingDraft, show: Show) -> tuple[int, MergeView]:
        return 201, merge_view(self.merge, kept, merged, show)

    @property
    def merge(self) -> MergeRow:
        assert self._merge is not None, "decided after it was read"
        return self._merge

    def _put_back(self, draft: BookingDraft, row: TransactionRow, moved: Moved) -> None:
        """Into the lots it came from; each lives on as long as what has come of it, and of several, as the longest.

        What came from a card the merged one goes on for becomes a lot of the merged one.
        """
        for own in self._lots.values():
            parts = [(lot, amount) for lot, amount in moved if lot.from_lot_id == own.id]
            if parts:
                longest = max((lot for lot, _ in parts), key=lambda lot: _ends(lot, draft))
                own.expires_at, own.idle_days, own.has_grace = longest.expires_at, longest.idle_days, longest.has_grace
                draft.give_back(row, own, sum(amount for _, amount in parts))


def _ends(lot: LotState, draft: BookingDraft) -> datetime:
    return rules.expiry_of(lot, draft.moment) or rules.FAR_AWAY
