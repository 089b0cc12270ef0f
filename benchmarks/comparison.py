"""What a measurement is held against, and what their ratio must be."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle


@dataclass(frozen=True, slots=True)
class Comparison:
    """`limit` is what the measured cannot be faster than; with `at_most`, what it must not be faster than."""

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


def ratios(measured: Sequence[float], limit: Sequence[float]) -> list[float]:
    """Of the rounds, each with its own limit. What ran once is held against every round of its limit."""
    assert len(measured) in {1, len(limit)}, "the rounds belong together"
    return [mine / best for mine, best in zip(cycle(measured), limit, strict=False)]
