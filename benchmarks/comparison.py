"""Pairs a measurement with its limit and the target of their ratio."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle


@dataclass(frozen=True, slots=True)
class Comparison:
    """`limit` is an upper bound of `measured`. With `at_most` the target ratio is a maximum instead of a minimum."""

    measured: str
    limit: str
    limit_is: str
    target: float | None
    at_most: bool = False

    def is_met(self, ratio: float) -> bool | None:
        """None without a target."""
        if self.target is None:
            return None
        return ratio <= self.target if self.at_most else ratio >= self.target


def p95_of(name: str) -> str:
    """The time within which 95 of 100 answers of a measurement came; the others are compared by their rate."""
    return f"{name}, p95"


def ratios(measured: Sequence[float], limit: Sequence[float]) -> list[float]:
    """The ratio of each round. A value measured once is compared with the limit of every round."""
    assert len(measured) in {1, len(limit)}, "the rounds belong together"
    return [mine / best for mine, best in zip(cycle(measured), limit, strict=False)]
