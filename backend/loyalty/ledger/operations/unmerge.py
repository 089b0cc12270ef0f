"""Undo a merge: what is still there of the merged card's points goes back to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg
import msgspec

from backend.core.origin import Origin
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.card import LotState
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.lots import OpenLine
from backend.loyalty.ledger.booking.operation import JointOperation
from backend.loyalty.ledger.booking.rows import MergeBooking, MergeRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import MergeReversed
from backend.loyalty.ledger.operations.merge import merge_view, refuse_held
from backend.loyalty.ledger.operations.replace import give_new_code
from backend.loyalty.ledger.operations.shared_fields import count_apart, share
from backend.loyalty.ledger.operations.transfer import MovedLots, TransferRows, transfer_all
from backend.loyalty.ledger.problems.cards import CardInactive, CardIsFrozen
from backend.loyalty.ledger.problems.merges import MergeFinal, MergeNotFound, MergeUndone
from backend.loyalty.ledger.rules.expiry import expiry_of
from backend.loyalty.ledger.rules.lots import FAR_AWAY
from backend.loyalty.ledger.schemas.merges import MergeReversal, MergeView
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


@dataclass(frozen=True, slots=True)
class ReverseMerge(JointOperation):
    kind = "unmerged"
    body: MergeReversal
    facts: MergeFacts

    async def read(self, pool: asyncpg.Pool, kept: CardState) -> Self:
        return replace(self, facts=await get_merge(pool, kept.card.merchant_id, self.facts.merge.id))

    def check(self, kept: CardState, merged: CardState, origin: Origin) -> None:
        merge = self.facts.merge
        if merge.reversed_at is not None:
            raise MergeUndone
        if merge.reversible_until <= origin.now:
            raise MergeFinal(until=merge.reversible_until.astimezone(kept.setup.store.zone).date())
        checks.check_active(kept)
        if kept.card.frozen_at is not None:
            raise CardIsFrozen
        checks.check_place(merged)
        if merged.card.state != "merged":
            raise CardInactive(state=merged.card.state)

    def decide(self, kept: BookingDraft, merged: BookingDraft) -> MergeRow:
        """The card goes on with the kept one's last activity, so that points live as long as they would have there.

        The links of the kept card end: the other card's holder has seen them meanwhile.
        """
        refuse_held(kept)
        merge = self.facts.merge
        rows = self._transfer(kept, merged)
        merged.card.state, merged.card.merged_into_id = "active", None
        holder = share(kept, [other for other in kept.state.merges if other.id != merge.id])
        merged.state.goes_on_as = None
        count_apart(kept, merged)
        kept.end_links()
        if self.facts.is_code_retired:
            give_new_code(merged, self.body.reason)
        for draft, other, row in zip((kept, merged), (merged, kept), rows, strict=True):
            draft.record(MergeReversed(draft.card.id, row.id, other.card.id, merge.id))
        return MergeBooking.of(merge, reversed_at=kept.now, shared=[], holder=holder)

    def _transfer(self, kept: BookingDraft, merged: BookingDraft) -> TransferRows:
        merge, lots = self.facts.merge, self.facts.lots
        lot_ids = {lot.id for lot in lots}
        merged.card.last_activity_at = kept.card.last_activity_at
        kept.card.carry, merged.card.carry = kept.card.carry - merge.carry, merged.card.carry + merge.carry
        return transfer_all(
            kept,
            merged,
            lambda unit: [lot for lot in kept.lots.live(unit) if lot.from_lot_id in lot_ids],
            debt=min(merge.debt_points, kept.card.debt_points),
            place=lambda draft, line, moved: _put_back(draft, line, moved, lots),
            reason=self.body.reason,
        )

    def answer(self, merge: MergeRow, kept: BookingDraft, merged: BookingDraft, show: Show) -> MergeView:
        return merge_view(merge, kept, merged, show)


def _put_back(draft: BookingDraft, line: OpenLine, moved: MovedLots, lots: Sequence[LotState]) -> None:
    """Returns points to the lots they came from; each lives on as long as the longest lot that has come of it.

    What came from a card that was merged into the merged one becomes a lot of the merged one.
    """
    for own in lots:
        parts = [(lot, amount) for lot, amount in moved if lot.from_lot_id == own.id]
        if parts:
            longest = max((lot for lot, _ in parts), key=lambda lot: _ends(lot, draft))
            own.expires_at, own.idle_days, own.has_grace = longest.expires_at, longest.idle_days, longest.has_grace
            draft.lots.give_back(line, own, sum(amount for _, amount in parts))


def _ends(lot: LotState, draft: BookingDraft) -> datetime:
    return expiry_of(lot, draft.moment) or FAR_AWAY
