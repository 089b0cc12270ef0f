"""The tablet that hands in a batch."""

from dataclasses import dataclass

from backend.core.origin import Origin


@dataclass(frozen=True, slots=True)
class BatchSender:
    origin: Origin
    """Of the request; it names merchant, store and device."""
    is_revoked: bool = False
    """What it hands in from now on waits for a person, all of it."""
