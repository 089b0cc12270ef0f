"""Everything a preview tells, gathered card by card."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import structlog

from backend.loyalty.previews.card_replay import CardReplay
from backend.loyalty.previews.comparison import Comparison, outcome_of
from backend.loyalty.previews.history import Group
from backend.loyalty.previews.proposed_terms import ProposedTerms
from backend.loyalty.previews.replay import replay
from backend.loyalty.previews.schemas import PreviewResult, Refusal, StorePreview
from backend.loyalty.previews.setup_history import Conditions, SetupHistory
from backend.loyalty.previews.totals import PreviewTotals, Values
from backend.loyalty.previews.verification import differences
from backend.merchants.schemas import StoreRef

log = structlog.get_logger()


@dataclass(slots=True)
class PreviewReport:
    setup_history: SetupHistory
    proposed: ProposedTerms
    now: datetime
    live: PreviewTotals = field(init=False)
    draft: PreviewTotals = field(init=False)
    comparison: Comparison = field(default_factory=Comparison)
    refusals: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    below_minimum: int = 0
    unexplained: int = 0
    _as_it_was: Conditions = field(init=False)

    def __post_init__(self) -> None:
        history, proposed = self.setup_history, self.proposed
        self._as_it_was = Conditions(history.program, history.versions)
        self.live = PreviewTotals(_values(history, history.stamp_value_cents, history.terms.stamps_target))
        self.draft = PreviewTotals(_values(history, proposed.stamp_value_cents, proposed.terms.stamps_target))

    def add(self, group: Group) -> None:
        """Both sides are replayed, so that both are told the same way. The first must give what the ledger holds."""
        live = replay(group, self.setup_history, self._as_it_was)
        draft = replay(group, self.setup_history, self.proposed.conditions)
        for was, would_be in zip(live, draft, strict=True):
            self._check(was)
            for card in (was, would_be):
                card.settle(self.now)
            self._add(was, would_be)

    def _check(self, was: CardReplay) -> None:
        if differing := differences(was):
            self.unexplained += 1
            log.warning("replay_differs", card_id=str(was.card_id), differences=differing)

    def _add(self, was: CardReplay, would_be: CardReplay) -> None:
        self.live.add(was)
        self.draft.add(would_be)
        self.refusals += would_be.replay.refusals
        self.below_minimum += would_be.below_minimum
        self.transactions += len(was.history.lines)
        self.comparison.add(
            was.history.card.code,
            outcome_of(was, self.setup_history.terms.stamps_target, self.live.values),
            outcome_of(would_be, self.proposed.terms.stamps_target, self.draft.values),
        )

    def result(self) -> PreviewResult:
        verdicts = self.comparison.verdicts
        return PreviewResult(
            as_of=self.now,
            transactions=self.transactions,
            stores=[
                StorePreview(
                    StoreRef(store.id, store.code, store.name), self.live.of(store.id), self.draft.of(store.id)
                )
                for store in self.setup_history.stores.values()
            ],
            live=self.live.total,
            draft=self.draft.total,
            cards_better=verdicts[1],
            cards_worse=verdicts[-1],
            cards_unchanged=verdicts[0],
            changes=self.comparison.changes,
            better=self.comparison.examples(1),
            worse=self.comparison.examples(-1),
            would_have_been_refused=[Refusal(code, times) for code, times in sorted(self.refusals.items())],
            sales_below_minimum=self.below_minimum,
            unexplained_cards=self.unexplained,
        )


def _values(history: SetupHistory, stamp_value_cents: int, stamps_target: int) -> Values:
    return Values(history.point_value_cents, Fraction(stamp_value_cents, stamps_target))
