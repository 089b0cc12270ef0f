"""Points for an amount, and back. Exact: integers and fractions, never floats."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

CENTS_PER_EURO = 100


@dataclass(frozen=True, slots=True)
class Accrual:
    points: int
    carry: Fraction
    """The fraction of a point sales have earned beyond the whole points; counts toward the next sale."""


def worth_of(cents: int, points_per_euro: Fraction) -> Fraction:
    """Points for so much, with the fraction."""
    return Fraction(cents, CENTS_PER_EURO) * points_per_euro


def accrue(cents: int, points_per_euro: Fraction, carry: Fraction) -> Accrual:
    """Whole points for a sale. Exact over all sales: 30 € + 20 € on a 50-€ rule give the point."""
    total = carry + worth_of(cents, points_per_euro)
    points = max(0, floor(total))
    return Accrual(points, total - points)


def reverse_accrual(cents: int, points_per_euro: Fraction, carry: Fraction, left: int) -> Accrual:
    """Points to take back for returning so much of a sale, and the carry without it.

    `left` is what remains of the sale's own points: never more than it earned is taken back, in however many returns.
    What cannot be taken leaves the carry below zero, and later sales make it up: all sales together have always given
    exactly their worth. So any split of a return sums to the whole.
    """
    worth = worth_of(cents, points_per_euro)
    points = min(left, max(0, ceil(worth - carry)))
    return Accrual(points, carry - worth + points)
