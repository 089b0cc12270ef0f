"""What an audit looks at, and what it finds."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec


class Violation(msgspec.Struct, frozen=True):
    invariant: str
    """I1 to I12."""
    says: str
    """What should be true."""
    merchant: str
    """Its code."""
    merchant_id: UUID
    card_id: UUID | None
    """None: it is no single card's."""
    card_code: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audited:
    """A merchant whose ledger is looked at."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Range:
    """Of one merchant's cards, in the order of their ids."""

    merchant: Audited
    first: UUID
    last: UUID
    cards: int


@dataclass(slots=True)
class Totals:
    """What the cards of a merchant have had and hold, unit by unit."""

    lines: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    outstanding: Counter[str] = field(default_factory=Counter)

    def add(self, facts: dict[str, Any]) -> None:
        self.lines += facts["lines"]
        for known, new in ((self.kinds, facts["kinds"]), (self.outstanding, facts["outstanding"])):
            for name, amount in new.items():
                known[name] += amount

    def broken(self) -> list[dict[str, Any]]:
        """Facts of the units whose sums do not agree."""
        return [facts for unit in ("points", "stamps") if (facts := self._broken(unit))]

    def _broken(self, unit: str) -> dict[str, Any] | None:
        by_kind = {name.partition(" ")[2]: amount for name, amount in self.kinds.items() if name.startswith(unit)}
        transferred, outstanding = by_kind.pop("transferred", 0), self.outstanding[unit]
        if transferred == 0 and sum(by_kind.values()) == outstanding:
            return None
        return {"unit": unit, "outstanding": outstanding, "transferred": transferred} | by_kind
