"""How an attempt to bring a pass up to date ended, and when to try again."""

from dataclasses import dataclass
from enum import StrEnum

from backend.core.outbound.retry import TRIES, pause_before
from backend.wallets.ports import Misconfigured, Paused, Permanent, Transient

BUSY_SECONDS = 2.0
PAUSED_SECONDS = 30.0
DATABASE_SECONDS = 5.0

ProviderFailure = Transient | Permanent | Misconfigured


class OutcomeKind(StrEnum):
    SYNCED = "synced"
    CLEAN = "clean"
    """The pass was up to date already."""
    MOVED = "moved"
    """Synced, but the card has changed during the push."""
    BUSY = "busy"
    """Another worker has the lease, or the next attempt is not due yet."""
    RETRY = "retry"
    PAUSED = "paused"
    """No call was made, because the provider is unavailable. Does not count as an attempt."""
    STOPPED = "stopped"
    """The provider refuses our account or certificate; an operator has to act."""
    GAVE_UP = "gave_up"
    """The fourth attempt has failed; the pass stays out of date until the next run."""
    FAILED = "failed"
    """The provider refuses the card as it is. Tried again when the card changes, and once a day."""
    GONE = "gone"
    """The card has no active link, or the provider is not configured."""


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    kind: OutcomeKind
    retry_in: float | None = None
    """Seconds; None when there is nothing to do for now."""
    reason: str = ""
    failure: ProviderFailure | None = None
    fingerprint: str | None = None
    """Of the content that the provider shows now; None when it is not known."""
    is_pushed: bool = False
    """False when the provider showed the content already."""


def synced(fingerprint: str, *, is_pushed: bool) -> AttemptOutcome:
    return AttemptOutcome(OutcomeKind.SYNCED, fingerprint=fingerprint, is_pushed=is_pushed)


def busy(seconds: float | None = None) -> AttemptOutcome:
    return AttemptOutcome(OutcomeKind.BUSY, BUSY_SECONDS if seconds is None else seconds)


def database_unavailable(error: Exception) -> AttemptOutcome:
    return AttemptOutcome(OutcomeKind.RETRY, DATABASE_SECONDS, f"database: {type(error).__name__}")


def failed(failure: ProviderFailure, attempt_number: int) -> AttemptOutcome:
    """`attempt_number` counts from one."""
    kind, retry_in = _kind_of(failure, attempt_number)
    return AttemptOutcome(kind, retry_in, str(failure), failure)


def _kind_of(failure: ProviderFailure, attempt_number: int) -> tuple[OutcomeKind, float | None]:
    if isinstance(failure, Permanent):
        return OutcomeKind.FAILED, None
    if isinstance(failure, Misconfigured):
        return OutcomeKind.STOPPED, None
    if isinstance(failure, Paused):
        return OutcomeKind.PAUSED, failure.retry_after or PAUSED_SECONDS
    if attempt_number >= TRIES:
        return OutcomeKind.GAVE_UP, None
    return OutcomeKind.RETRY, pause_before(attempt_number + 1, failure.retry_after)
