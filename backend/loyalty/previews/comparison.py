"""Who would be better off, who worse, and by how much."""

import heapq
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from backend.loyalty.previews.card_replay import CardReplay
from backend.loyalty.previews.schemas import CardExample, PointChange
from backend.loyalty.previews.totals import Values

EXAMPLES = 10
STEPS = (-500, -100, -10, 0, 1, 11, 101, 501)
"""Where a class of differences in points begins; below the first is one more."""
REWARDS_REFUSED = ("insufficient_points", "insufficient_stamps")

Ranked = tuple[Fraction, int, str, CardExample]


@dataclass(frozen=True, slots=True)
class CardOutcome:
    """Where a card stands: with what it has, and what it was given for what it had."""

    balance: int
    stamps: int
    points: int
    """Less what is owed, and with what rewards were paid."""
    stamp_cards: Fraction
    """With those handed over."""
    refused: int
    worth: Fraction
    """In cents."""


def outcome_of(card: CardReplay, stamps_target: int, values: Values) -> CardOutcome:
    own = card.replay.card_state.card
    spent = Counter[str]()
    for row in card.replay.rows:
        if row.kind == "redeemed" or (row.kind == "voided" and row.amount > 0):
            spent[row.unit] -= row.amount
    points = own.points_balance - own.debt_points + spent["points"]
    stamps = own.stamp_count + spent["stamps"]
    return CardOutcome(
        balance=own.points_balance,
        stamps=own.stamp_count,
        points=points,
        stamp_cards=Fraction(stamps, stamps_target),
        refused=sum(card.replay.refusals[code] for code in REWARDS_REFUSED),
        worth=points * values.point + stamps * values.stamp,
    )


@dataclass(slots=True)
class Comparison:
    verdicts: Counter[int] = field(default_factory=Counter)
    """1: better, −1: worse, 0: as before."""
    _changes: Counter[int] = field(default_factory=Counter)
    _examples: dict[int, list[Ranked]] = field(default_factory=lambda: {1: [], -1: []})

    def add(self, card_code: str, live: CardOutcome, draft: CardOutcome) -> None:
        said = verdict(live, draft)
        self.verdicts[said] += 1
        self._changes[bisect_right(STEPS, draft.points - live.points)] += 1
        if said:
            self._keep(self._examples[said], card_code, live, draft)

    def _keep(self, examples: list[Ranked], card_code: str, live: CardOutcome, draft: CardOutcome) -> None:
        """The greatest differences only."""
        example = CardExample(
            card_code, live.balance, draft.balance, live.stamps, draft.stamps, max(0, draft.refused - live.refused), ""
        )
        rank = abs(draft.worth - live.worth), abs(draft.points - live.points), card_code, example
        heapq.heappush(examples, rank)
        if len(examples) > EXAMPLES:
            heapq.heappop(examples)

    def examples(self, said: int) -> list[CardExample]:
        return [example for *_, example in sorted(self._examples[said], reverse=True)]

    @property
    def changes(self) -> list[PointChange]:
        ends = [None, *STEPS, None]
        return [
            PointChange(low, None if high is None else high - 1, self._changes[place])
            for place, (low, high) in enumerate(pairwise(ends))
        ]


def verdict(live: CardOutcome, draft: CardOutcome) -> int:
    """By points and stamp cards; where one rises and the other falls, by what both are worth."""
    points, cards = draft.points - live.points, draft.stamp_cards - live.stamp_cards
    if points * cards >= 0:
        return _sign(points + cards)
    return _sign(draft.worth - live.worth)


def _sign(number: Fraction) -> int:
    return (number > 0) - (number < 0)
