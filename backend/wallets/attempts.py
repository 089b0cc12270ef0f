"""One attempt at a pass: what it was taken with, and what is written down when it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.core.ids import new_id
from backend.core.outbound.retry import TRIES
from backend.loyalty.cards.card_urls import CardLinks
from backend.wallets.leases import Ended, Taken
from backend.wallets.outcomes import Outcome, Refusal, Result
from backend.wallets.ports import CardSnapshot, LinkKey, Notify
from backend.wallets.rings import ring_of
from backend.wallets.snapshot import snapshot_of

REFUSED_FOR = timedelta(days=1)
"""A refused card is asked about again after so long: what was wrong may not have been the card."""
CODE_MAX, ERROR_MAX = 100, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    key: LinkKey
    token: UUID
    snapshot: CardSnapshot
    taken_at: datetime
    number: int
    shown: str | None
    """The fingerprint of what the provider shows; None: nobody knows."""
    asked: str | None
    notify: Notify | None
    """What is still worth ringing for of what was asked."""
    waiting_since: datetime | None

    @classmethod
    def of(cls, key: LinkKey, token: UUID, taken: Taken, links: CardLinks, now: datetime) -> "Attempt":
        assert taken.state is not None, "a link belongs to a card"
        snapshot = snapshot_of(taken.state, links, now)
        return cls(
            key=key,
            token=token,
            snapshot=snapshot,
            taken_at=now,
            number=1 if taken.attempts >= TRIES else taken.attempts + 1,
            shown=taken.payload_hash,
            asked=taken.notify,
            notify=ring_of(taken.notify, taken.rung, snapshot),
            waiting_since=taken.waiting_since,
        )

    def is_shown(self, fingerprint: str) -> bool:
        """The phone has all of it already, and nobody is to be rung."""
        return self.notify is None and fingerprint == self.shown

    def succeeded(self, fingerprint: str, now: datetime) -> Ended:
        return self._ended(
            now,
            is_synced=True,
            payload_hash=fingerprint,
            settles_ring=self.asked,
            ring_id=new_id() if self.notify else None,
            rung=self.notify,
            status="removed" if self.snapshot.state == "erased" else "active",
        )

    def failed(self, refused: Refusal, result: Result, now: datetime) -> Ended:
        costs = result.outcome in {Outcome.RETRY, Outcome.GAVE_UP}
        is_refused = result.outcome is Outcome.FAILED
        return self._ended(
            now,
            is_synced=False,
            settles_ring=self.asked if self.notify is None else None,
            status="failed" if is_refused else "active",
            attempts=self.number if costs else self.number - 1,
            next_attempt_at=now + REFUSED_FOR if is_refused else _after(result, now) if costs else None,
            error_code=refused.code[:CODE_MAX],
            error=refused.detail[:ERROR_MAX],
        )

    def _ended(self, now: datetime, **facts: Any) -> Ended:
        _, card_id, provider = self.key
        return Ended(
            card_id=card_id,
            provider=provider,
            token=self.token,
            now=now,
            read_at=self.taken_at,
            version=self.snapshot.version,
            **facts,
        )


def _after(result: Result, now: datetime) -> datetime | None:
    return now + timedelta(seconds=result.again_in) if result.again_in else None
