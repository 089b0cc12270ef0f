"""The past once more, in memory, by the same operations that booked it: under the terms of the time, or others.

The rules stand in the ledger and nowhere else. A replay gives each operation the state the replay itself has come to,
and the clock of the moment at which it happened.
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from backend.core.problems import Problem
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import MergeRow
from backend.loyalty.ledger.operations.merge import MergeCards
from backend.loyalty.ledger.operations.unmerge import MergeFacts, ReverseMerge
from backend.loyalty.ledger.schemas.merges import Merge, MergeReversal
from backend.loyalty.previews.card_replay import CardReplay
from backend.loyalty.previews.history import Group
from backend.loyalty.previews.operations import AS_IT_WAS, replay_line
from backend.loyalty.previews.replay_state import empty_replay_state
from backend.loyalty.previews.replayed import Memory
from backend.loyalty.previews.setup_history import Conditions, SetupHistory

ReplayStep = tuple[datetime, Callable[[], None]]


def replay(group: Group, setup_history: SetupHistory, conditions: Conditions) -> list[CardReplay]:
    """What each card of the group has come to, in their order."""
    memory = Memory()
    cards = {
        history.card.id: CardReplay(
            setup_history,
            conditions,
            history,
            empty_replay_state(
                history.card,
                setup_history.setup_of(
                    history.card.store_id, conditions.program, conditions.at(history.card.enrolled_at), None
                ),
                memory,
            ),
        )
        for history in group.cards
    }
    steps = [
        *(_steps_of_holds(card) for card in cards.values()),
        _steps_of_merges(group.merges, cards),
        *(_steps_of_lines(card) for card in cards.values()),
    ]
    for _, happen in heapq.merge(*steps, key=lambda step: step[0]):
        happen()
    return list(cards.values())


def _steps_of_lines(card: CardReplay) -> Iterator[ReplayStep]:
    """In the order of the card's history, not of its times: several processes booked it, each with its own clock."""
    latest = card.history.card.enrolled_at
    for line in card.history.lines:
        latest = max(latest, line.recorded_at)
        yield latest, partial(replay_line, card, line)


def _steps_of_holds(card: CardReplay) -> list[ReplayStep]:
    """Confirmations are lines."""
    steps: list[ReplayStep] = [(hold.reserved_at, partial(card.hold, hold)) for hold in card.history.holds]
    steps += [
        (hold.settled_at, partial(card.release, hold))
        for hold in card.history.holds
        if hold.state == "released" and hold.settled_at
    ]
    return sorted(steps, key=lambda step: step[0])


def _steps_of_merges(merges: list[MergeRow], cards: dict[UUID, CardReplay]) -> list[ReplayStep]:
    steps: list[ReplayStep] = []
    for row in merges:
        kept, merged = cards[row.kept_card_id], cards[row.merged_card_id]
        steps.append((row.merged_at, partial(_merge, row, kept, merged)))
        if row.reversed_at is not None:
            steps.append((row.reversed_at, partial(_unmerge, row, kept, merged)))
    return sorted(steps, key=lambda step: step[0])


def _merge(row: MergeRow, kept: CardReplay, merged: CardReplay) -> None:
    operation = MergeCards(Merge(row.merged_card_id, AS_IT_WAS))
    if merge := _together(row.merged_at, kept, merged, operation.decide):
        kept.replay.memory.merges[row.id] = merge


def _unmerge(row: MergeRow, kept: CardReplay, merged: CardReplay) -> None:
    """What these terms have kept apart need not be parted."""
    assert row.reversed_at is not None, "it was undone at some time"
    memory = kept.replay.memory
    if (merge := memory.merges.pop(row.id, None)) is None:
        return
    left = {lot.from_lot_id for lot in kept.replay.card_state.lots if lot.remaining}
    theirs = memory.card_ids_merged_into(merged.card_id)
    lots = [lot for lot in memory.lots.by_id.values() if lot.card_id in theirs and lot.id in left]
    operation = ReverseMerge(MergeReversal(AS_IT_WAS), MergeFacts(merge, is_code_retired=False, lots=lots))
    _together(row.reversed_at, kept, merged, operation.decide)


def _together(
    now: datetime, kept: CardReplay, merged: CardReplay, decide: Callable[[BookingDraft, BookingDraft], MergeRow]
) -> MergeRow | None:
    """A refusal is counted on the card that was kept, and leaves both as they are."""
    drafts, merge = (kept.draft(now), merged.draft(now)), None
    try:
        merge = decide(*drafts)
    except Problem as refusal:
        kept.replay.refusals[refusal.code] += 1
    for card, draft in zip((kept, merged), drafts, strict=True):
        card.replay.keep(draft.complete(None))
    return merge
