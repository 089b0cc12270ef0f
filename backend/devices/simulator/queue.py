"""What a tablet does while it is offline: queued in its order, sealed with what a PIN gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.core.clock import clock
from backend.core.hashing import stretch_now
from backend.core.ids import new_id
from backend.staff_pins.grants.blob import check_of, mac_of, unwrap
from backend.staff_pins.grants.schemas import GrantView
from backend.staff_pins.grants.sealed_box import context_of, decode, seal_box

ApiJson = dict[str, Any]
QueuedOperation = ApiJson
"""An operation as it lies in the queue."""
CardRef = Mapping[str, Any] | str
"""A card, or its id."""


@dataclass
class UnlockedGrant:
    """A grant after somebody has entered a PIN, right or wrong."""

    view: GrantView
    secret: bytes | None

    @property
    def looks_right(self) -> bool:
        return self.secret is None or check_of(self.secret) == self.view.check


def unlock(view: GrantView, pin: str | None) -> UnlockedGrant:
    if view.blob is None or view.salt is None or view.device_secret is None or pin is None:
        return UnlockedGrant(view, None)
    stretched = stretch_now(pin.encode(), decode(view.salt) or b"")
    return UnlockedGrant(view, unwrap(decode(view.blob) or b"", stretched, decode(view.device_secret) or b""))


@dataclass
class OfflineQueue:
    """`wrong_by`: how far the clock is ahead. Until `restart` milliseconds are counted since it was switched on."""

    device_id: UUID
    wrong_by: timedelta = timedelta(0)
    boot_id: str = "boot 1"
    switched_on_at: datetime = field(default_factory=lambda: clock.now() - timedelta(days=30))
    queue: list[QueuedOperation] = field(default_factory=list)
    grant: UnlockedGrant | None = None
    seq: int = 0

    def open_grant(self, grant: dict[str, Any], pin: str | None) -> UnlockedGrant:
        """As the API gave it."""
        self.grant = unlock(msgspec.convert(grant, GrantView), pin)
        return self.grant

    def restart(self) -> None:
        self.boot_id, self.switched_on_at = uuid4().hex, clock.now()

    def elapsed(self, at: datetime) -> int:
        return round((at - self.switched_on_at) / timedelta(milliseconds=1))

    def did(
        self, op: str, card: CardRef | None = None, *, ago: timedelta = timedelta(0), **members: Any
    ) -> QueuedOperation:
        """`members`: further ones of the operation."""
        at = clock.now() - ago
        self.seq += 1
        content: QueuedOperation = {
            "id": uuid4().hex,
            "seq": self.seq,
            "op": op,
            "occurred_at": (at + self.wrong_by).isoformat(),
            "occurred_elapsed_ms": self.elapsed(at),
            "boot_id": self.boot_id,
            "body": {},
        } | members
        if card is not None:
            content["card_id"] = card if isinstance(card, str) else card["id"]
        sent = self.sealed(content)
        self.queue.append(sent)
        return sent

    def stamped(self, card: CardRef, **members: Any) -> QueuedOperation:
        return self.did("stamp", card, **members)

    def sold(self, card: CardRef | None, cents: int, **members: Any) -> QueuedOperation:
        body = {"purchase_amount_cents": cents} | members.pop("body", {})
        return self.did("points", card, body=body, **members)

    def redeemed(self, card: CardRef, reward: str | None, allowance: str | None, **members: Any) -> QueuedOperation:
        """A reward by its id, or the full stamp card."""
        body = {"reward_id": reward} if reward else {"unit": "stamps"}
        paid = {"allowance_id": allowance} if allowance else {}
        return self.did("redeem", card, body=body | members.pop("body", {}), **paid | members)

    def sealed(self, content: QueuedOperation) -> QueuedOperation:
        """As it lies in the queue."""
        if self.grant is None:
            return content
        shown = {"id": content["id"], "seq": content["seq"], "grant_id": str(self.grant.view.id)}
        if self.grant.secret is None:
            return content | shown
        text = msgspec.json.encode(content)
        context = context_of(str(self.device_id), str(self.grant.view.id), content["id"])
        box = seal_box(decode(self.grant.view.server_key) or b"", mac_of(self.grant.secret, text) + text, context)
        return shown | {"sealed": box}

    def request(self, operations: list[QueuedOperation] | None = None, batch_id: UUID | None = None) -> dict[str, Any]:
        """The body of a batch: of these operations, or of the whole queue."""
        return {
            "batch_id": str(batch_id or new_id()),
            "device_time": (clock.now() + self.wrong_by).isoformat(),
            "elapsed_realtime_ms": self.elapsed(clock.now()),
            "boot_id": self.boot_id,
            "operations": operations if operations is not None else self.queue,
        }
