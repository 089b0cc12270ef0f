"""A push to the fake APNs, and the script of its response."""

from dataclasses import dataclass
from typing import Literal

ConnectionFault = Literal["hang", "rst", "goaway", "abort", "lost"]
"""`lost`: the push is accepted, but its response is lost."""


@dataclass(frozen=True)
class Script:
    """How the fake APNs responds to a push."""

    status: int = 200
    reason: str | None = None
    timestamp_ms: int | None = None
    fault: ConnectionFault | None = None
    is_empty: bool = False
    """The response has no body, like some of Apple's errors."""
    latency_seconds: float = 0


@dataclass(frozen=True)
class Push:
    token: str
    topic: str
    push_type: str
    body: bytes
    authorization: str = ""
    """Set when the client uses a provider token instead of a certificate."""
