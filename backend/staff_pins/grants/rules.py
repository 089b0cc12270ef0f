"""What a tablet may do offline, and whether an operation is within its grant."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

OfflineOp = Literal["points", "stamp", "enroll", "void", "redeem"]
OFFLINE_OPS: tuple[OfflineOp, ...] = ("points", "stamp", "enroll", "void", "redeem")
GRANT_HOURS_MAX, OPERATIONS_MAX, POINTS_MAX, WINDOW_HOURS_MAX = 12, 200, 100_000, 72
ALLOWANCE_POINTS_MAX, ALLOWANCE_STAMPS_MAX, ALLOWANCE_HOURS_MAX = 100_000, 500, 12
WRONG_MAX = 5
"""Wrong MACs under one grant; then it verifies no more, and a person decides on what is left."""
CLOCK_TOLERANCE = timedelta(minutes=5)

GrantFault = Literal[
    "no_grant", "grant_expired", "grant_exceeded", "not_allowed_offline", "person", "wrong_pin", "pin_locked"
]


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """`window_hours`: how old an operation may be when it arrives; an older one waits for a person.

    Nothing is redeemed offline unless the merchant says so. Allowances are for each card and tablet.
    """

    operations: tuple[OfflineOp, ...] = ("points", "stamp", "enroll", "void")
    grant_hours: int = GRANT_HOURS_MAX
    max_operations: int = OPERATIONS_MAX
    max_points: int = 5_000
    window_hours: int = WINDOW_HOURS_MAX
    max_allowance_points: int = 500
    max_allowance_stamps: int = 50
    allowance_hours: int = 4


DEFAULT_LIMITS = OfflineLimits()


@dataclass(slots=True)
class GrantUse:
    """A grant while the operations of a batch are held against it, in their order."""

    operations: tuple[str, ...]
    issued_at: datetime
    ends_at: datetime
    max_operations: int
    max_points: int
    used_operations: int
    used_points: int
    wrong_count: int
    is_pin_disabled: bool = False
    withdrawn: Collection[str] = ()
    """What the person may not do any more, since nobody knows when."""

    def take(self, op: str, points: int, at: datetime) -> GrantFault | None:
        """Counts one operation; None where it is within the grant. What is not is not counted.

        `at`: when it happened. `points`: what a sale will give, before limits.
        """
        if op not in self.operations:
            return "not_allowed_offline"
        if not self.issued_at - CLOCK_TOLERANCE <= at < self.ends_at:
            return "grant_expired"
        if op in self.withdrawn:
            return "person"
        if self.used_operations >= self.max_operations or self.used_points + points > self.max_points:
            return "grant_exceeded"
        self.used_operations += 1
        self.used_points += points
        return None

    def may_redeem(self, now: datetime) -> bool:
        """Whether points may be held for what will be redeemed under it."""
        may_redeem = "redeem" in self.operations and "redeem" not in self.withdrawn
        return may_redeem and self.issued_at <= now < self.ends_at and self.may_verify

    @property
    def may_verify(self) -> bool:
        """A MAC is verified only while a wrong one can still be counted: a queue full of guesses opens nothing."""
        return self.wrong_count < WRONG_MAX and not self.is_pin_disabled
