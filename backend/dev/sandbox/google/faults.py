"""Faults of the fake Google; set by tests, none by default."""

import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

PER_SECOND = 20

Fault = Literal["500", "503", "429", "408", "hang", "lost", "lost_504", "garbage", "endless", "redirect"]
"""`lost`: the call is executed, but the connection is closed. `lost_504`: the call is executed, but answered 504."""


@dataclass
class Faults:
    next: deque[Fault] = field(default_factory=deque)
    """The faults of the next calls, one each."""
    chances: dict[Fault, float] = field(default_factory=dict)
    """The share of calls with this fault."""
    is_out: bool = False
    """An outage: 503 for every call."""
    is_forbidden: bool = False
    """The service account is not a user of the issuer."""
    refuses: tuple[int, str, str] | None = None
    """Refuses every call: status, Google's reason and message."""
    token_endpoint_is_out: bool = False
    token_endpoint_is_a_page: bool = False
    """A proxy answers with an HTML page."""
    token_refusal: tuple[str, str] | None = None
    """An OAuth error code and Google's description."""
    latency_seconds: float = 0.0
    has_quota: bool = True
    retry_after: str | None = None
    """The header Retry-After of each 429 and 503."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secret
    asked_at: list[float] = field(default_factory=list)
    """Times of all calls, on the monotonic clock."""

    def draw(self) -> Fault | None:
        if self.next:
            return self.next.popleft()
        number = self.chance.random()
        for fault, share in self.chances.items():
            number -= share
            if number < 0:
                return fault
        return None

    def is_over_quota(self) -> bool:
        """Counts this call; PER_SECOND calls in any second are allowed."""
        now = time.monotonic()
        self.asked_at.append(now)
        recent = sum(1 for moment in self.asked_at[-4 * PER_SECOND :] if now - moment < 1)
        return self.has_quota and recent > PER_SECOND

    def worst_second(self) -> int:
        """The largest number of calls in any second."""
        moments, worst, start = sorted(self.asked_at), 0, 0
        for end, moment in enumerate(moments):
            while moment - moments[start] >= 1:
                start += 1
            worst = max(worst, end - start + 1)
        return worst
