"""Merge two cards of one person: one goes on with all that both hold, the other keeps its history."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.lots import OpenLine
from backend.loyalty.ledger.booking.operation import JointOperation
from backend.loyalty.ledger.booking.rows import MergeBooking, MergeRow
from backend.loyalty.ledger.booking.state import CardState, GoesOnAs, MergeState
from backend.loyalty.ledger.events import CardsMerged, RewardReady
from backend.loyalty.ledger.operations.shared_fields import count_together, share, shared_by
from backend.loyalty.ledger.operations.transfer import MovedLots, transfer_all
from backend.loyalty.ledger.problems.cards import CardIsFrozen
from backend.loyalty.ledger.problems.merges import CardHasHolds, StoresKeptApart
from backend.loyalty.ledger.rules.expiry import LotLife
from backend.loyalty.ledger.rules.holds import is_open
from backend.loyalty.ledger.schemas.merges import Merge, MergeView
from backend.loyalty.ledger.views import Show
from i18n.translator import N_

REVERSIBLE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MergeCards(JointOperation):
    kind = "merged"
    body: Merge

    def check(self, kept: CardState, merged: CardState, origin: Origin) -> None:  # noqa: ARG002
        if kept.card.id == merged.card.id:
            raise ValidationFailed(
                FieldError("/other_card_id", "same_card", N_("A card cannot be merged into itself."))
            )
        for state in (kept, merged):
            checks.check_active(state)
            if state.card.frozen_at is not None:
                raise CardIsFrozen
        is_together = kept.setup.policy.allow_cross_location_redemption
        if not is_together and kept.card.store_id != merged.card.store_id:
            raise StoresKeptApart

    def decide(self, kept: BookingDraft, merged: BookingDraft) -> MergeRow:
        refuse_held(kept, merged)
        merge = _merge_row(kept, merged, self.body.reason)
        _transfer(merge, kept, merged)
        merged.card.state, merged.card.merged_into_id = "merged", kept.card.id
        new_merge = MergeState(
            merge.id,
            merged.card.id,
            merged.card.code,
            merge.merged_at,
            merge.reversible_until,
            merged.state.customer,
        )
        holder = share(kept, [*kept.state.merges, new_merge])
        merged.state.goes_on_as = GoesOnAs(kept.card.id, kept.card.code)
        count_together(kept, merged)
        return MergeBooking.of(merge, shared=shared_by(kept, merge.id), holder=holder)

    def answer(self, merge: MergeRow, kept: BookingDraft, merged: BookingDraft, show: Show) -> MergeView:
        return merge_view(merge, kept, merged, show)


def _transfer(merge: MergeRow, kept: BookingDraft, merged: BookingDraft) -> None:
    kept.card.last_activity_at = max(kept.card.last_activity_at, merged.card.last_activity_at)
    kept.card.carry, merged.card.carry = kept.card.carry + merged.card.carry, Fraction(0)
    full = _full_cards(kept) + _full_cards(merged)
    select = merged.lots.live
    rows = transfer_all(merged, kept, select, debt=merge.debt_points, place=_place_anew, reason=merge.reason)
    if _full_cards(kept) > full:
        kept.record(RewardReady(kept.card.id, rows[1].id))
    for draft, other, row in zip((merged, kept), (kept, merged), rows, strict=True):
        draft.record(CardsMerged(draft.card.id, row.id, other.card.id, merge.id))


def refuse_held(*drafts: BookingDraft) -> None:
    """What is held on a card must stay there until the hold is settled. Raises CardHasHolds."""
    for draft in drafts:
        if any(is_open(hold, draft.now) for hold in draft.state.holds):
            raise CardHasHolds


def merge_view(merge: MergeRow, kept: BookingDraft, merged: BookingDraft, show: Show) -> MergeView:
    return MergeView(
        merge_id=merge.id,
        merged_at=merge.merged_at,
        reversible_until=merge.reversible_until,
        reversed_at=merge.reversed_at,
        transactions=[
            show.line(row, draft)
            for draft in (kept, merged)
            for row in draft.booking.transactions
            if row.kind == "transferred"
        ],
        card=show.card(kept.state),
        other_card=show.card(merged.state),
    )


def _merge_row(kept: BookingDraft, merged: BookingDraft, reason: str) -> MergeRow:
    origin, carry = kept.origin, merged.card.carry
    return MergeRow(
        merchant_id=origin.merchant_id,
        id=new_id(),
        merged_card_id=merged.card.id,
        kept_card_id=kept.card.id,
        user_id=origin.user_id,
        on_behalf_user_id=origin.on_behalf_user_id,
        reason=reason,
        debt_points=merged.card.debt_points,
        carry_numerator=carry.numerator,
        carry_denominator=carry.denominator,
        merged_at=origin.now,
        reversible_until=origin.now + REVERSIBLE,
        reversed_at=None,
    )


def _full_cards(draft: BookingDraft) -> int:
    """Stamp cards whose reward the customer was notified of."""
    return draft.card.stamp_count // draft.state.terms.stamps_target


def _place_anew(draft: BookingDraft, line: OpenLine, moved: MovedLots) -> None:
    """Grants lots that live as long as those they come from."""
    for lot, amount in moved:
        life = LotLife(lot.expires_at, lot.idle_days)
        draft.lots.grant(line, amount, life, has_grace=lot.has_grace, from_lot_id=lot.id)
