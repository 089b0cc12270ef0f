"""One attempt to bring a pass up to date, as one value: its lease, what was sent, and how it ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.core.outbound.retry import TRIES
from backend.wallets.link_state import state_after
from backend.wallets.outcomes import AttemptOutcome, OutcomeKind
from backend.wallets.ports import CardSnapshot, LinkKey, NotifyReason
from backend.wallets.schemas import LinkState
from backend.wallets.snapshot import WalletState

REFUSED_RETRY = timedelta(days=1)
"""A refused card is tried again after this time, because the reason may not have been the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The exclusive right to push one pass, with the card and the link as they were when it was taken."""

    key: LinkKey
    token: UUID
    taken_at: datetime
    card: WalletState
    failed_attempts: int
    fingerprint: str | None
    """Of the content that the provider shows; None when it is not known."""
    notify: NotifyReason | None
    """The notification that was requested."""
    notifications_today: int
    """Sent in the last 24 hours."""
    waiting_since: datetime | None
    """When the oldest change was booked that the pass does not show yet."""

    @property
    def attempt_number(self) -> int:
        return 1 if self.failed_attempts >= TRIES else self.failed_attempts + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    lease: Lease
    snapshot: CardSnapshot
    notify: NotifyReason | None
    """The notification that was due; None also when the requested one is not due any more."""
    outcome: AttemptOutcome
    ended_at: datetime

    @property
    def is_synced(self) -> bool:
        return self.outcome.kind is OutcomeKind.SYNCED

    @property
    def link_state(self) -> LinkState:
        return state_after(self.outcome.kind, is_erased=self.snapshot.state == "erased")

    @property
    def counts(self) -> bool:
        """Whether the card has used one of its attempts."""
        return self.outcome.kind in {OutcomeKind.RETRY, OutcomeKind.GAVE_UP}

    @property
    def failed_attempts(self) -> int:
        if self.is_synced:
            return 0
        return self.lease.attempt_number if self.counts else self.lease.attempt_number - 1

    @property
    def next_attempt_at(self) -> datetime | None:
        if self.outcome.kind is OutcomeKind.FAILED:
            return self.ended_at + REFUSED_RETRY
        if self.counts and self.outcome.retry_in:
            return self.ended_at + timedelta(seconds=self.outcome.retry_in)
        return None

    @property
    def is_notify_settled(self) -> bool:
        """The requested notification has been sent, or is not due any more."""
        return self.is_synced or self.notify is None

    @property
    def lag_seconds(self) -> float | None:
        """From the booking to the push that shows it; None when nothing was pushed or the booking is not known."""
        if not self.outcome.is_pushed or self.lease.waiting_since is None:
            return None
        return max(0.0, (self.ended_at - self.lease.waiting_since).total_seconds())
