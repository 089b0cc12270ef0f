"""What only the holder of a merged card has told is known of the holder of the kept one too, while they are merged."""

from uuid import UUID

import msgspec

from backend.loyalty.customers.rules import shown_words
from backend.loyalty.ledger.booking.card import CustomerState
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import HolderChange, SharedFields
from backend.loyalty.ledger.booking.state import MergeState

FIELDS = ("first_name", "last_name", "phone", "birth_date")


def share(kept: BookingDraft, staying: list[MergeState]) -> HolderChange | None:
    """Settles anew what the kept card's holder has from whom. None when nothing changes."""
    before, known = kept.state.customer, kept.state.merges
    if before is None:
        return None
    after, settled = _own(before, known), []
    for merge in staying:
        shared = _missing(after, merge.customer)
        after = _with(after, merge.customer, shared)
        settled.append(msgspec.structs.replace(merge, shared=shared))
    kept.state.customer, kept.state.merges = after, settled
    if after == before and settled == known:
        return None
    words = shown_words(after.first_name, after.last_name, after.email)
    return HolderChange(before, after, words, [SharedFields(merge.id, merge.shared) for merge in settled])


def shared_by(kept: BookingDraft, merge_id: UUID) -> list[str]:
    return next((merge.shared for merge in kept.state.merges if merge.id == merge_id), [])


def count_together(kept: BookingDraft, merged: BookingDraft) -> None:
    """One person's stamps and rewards, of all cards and stores."""
    mine, theirs = kept.state, merged.state
    mine.stamped_at = sorted([*mine.stamped_at, *theirs.stamped_at], reverse=True)
    for reward_id, pieces in theirs.redeemed_counts.items():
        mine.redeemed_counts[reward_id] = mine.redeemed_counts.get(reward_id, 0) + pieces


def count_apart(kept: BookingDraft, merged: BookingDraft) -> None:
    mine, theirs = kept.state, merged.state
    for moment in theirs.stamped_at:
        if moment in mine.stamped_at:
            mine.stamped_at.remove(moment)
    for reward_id, pieces in theirs.redeemed_counts.items():
        mine.redeemed_counts[reward_id] = mine.redeemed_counts.get(reward_id, 0) - pieces


def _own(holder: CustomerState, merges: list[MergeState]) -> CustomerState:
    """Without what others have shared and nobody has changed since."""
    for merge in merges:
        if merge.customer is not None:
            same = [name for name in merge.shared if getattr(holder, name) == getattr(merge.customer, name)]
            holder = _with(holder, None, same)
    return holder


def _missing(holder: CustomerState, other: CustomerState | None) -> list[str]:
    return [name for name in FIELDS if getattr(holder, name) is None and getattr(other, name, None) is not None]


def _with(holder: CustomerState, other: CustomerState | None, names: list[str]) -> CustomerState:
    columns = [*names, "phone_norm"] if "phone" in names else names
    return msgspec.structs.replace(holder, **{name: getattr(other, name, None) for name in columns})
