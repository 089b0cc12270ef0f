"""What becomes of one attempt at a pass, and when to come back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.core.outbound.retry import TRIES, pause_before
from backend.wallets.leases import Taken
from backend.wallets.ports import Misconfigured, Paused, Permanent, Transient

BUSY_SECONDS = 2.0
PAUSED_SECONDS = 30.0
STUMBLE_SECONDS = 5.0

Refusal = Transient | Permanent | Misconfigured


class Outcome(StrEnum):
    SYNCED = "synced"
    CLEAN = "clean"
    """It was up to date."""
    MOVED = "moved"
    """Synced, but the card has changed meanwhile."""
    BUSY = "busy"
    """Somebody else is on it, or a pause between two attempts has not passed."""
    RETRY = "retry"
    PAUSED = "paused"
    """The provider is not asked for now; costs the card nothing."""
    STOPPED = "stopped"
    """The provider refuses us: an operator has to act."""
    GAVE_UP = "gave_up"
    """Four attempts have failed; it stays behind until the next run."""
    FAILED = "failed"
    """The provider refuses this card as it is: asked again when it changes, and every day."""
    GONE = "gone"
    """No active link, or its provider is not configured."""


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    again_in: float | None = None
    """Seconds; None: nothing is left to do now."""
    reason: str = ""


def left_alone(taken: Taken, now: datetime) -> Result:
    """Why there is no attempt now."""
    match taken.outcome:
        case "gone":
            return Result(Outcome.GONE)
        case "clean":
            return Result(Outcome.CLEAN)
        case "leased":
            return overtaken()
    assert taken.again_at is not None, "it waits for a moment"
    return Result(Outcome.BUSY, (taken.again_at - now).total_seconds())


def overtaken() -> Result:
    """Somebody else is on it: soon there will be nothing to do, or everything."""
    return Result(Outcome.BUSY, BUSY_SECONDS)


def stumbled(error: Exception) -> Result:
    """Our own database was away for a moment."""
    return Result(Outcome.RETRY, STUMBLE_SECONDS, f"database: {type(error).__name__}")


def judged(refused: Refusal, attempt: int) -> Result:
    """`attempt` counts from one."""
    reason = str(refused)
    if isinstance(refused, Permanent):
        return Result(Outcome.FAILED, None, reason)
    if isinstance(refused, Misconfigured):
        return Result(Outcome.STOPPED, None, reason)
    if isinstance(refused, Paused):
        return Result(Outcome.PAUSED, refused.retry_after or PAUSED_SECONDS, reason)
    if attempt >= TRIES:
        return Result(Outcome.GAVE_UP, None, reason)
    return Result(Outcome.RETRY, pause_before(attempt + 1, refused.retry_after), reason)
