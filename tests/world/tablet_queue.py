"""A tablet that is offline: it queues what its people do, sealed with what a PIN gives, and hands the queue in."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec

from backend.core.clock import clock
from backend.core.hashing import stretch_now
from backend.core.idempotency import Key
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.devices.models import Device
from backend.loyalty.ledger.allowances import end_allowance
from backend.loyalty.ledger.schemas.allowances import AllowanceRequest
from backend.loyalty.offline.actions import BatchIntake
from backend.loyalty.offline.allowances import Allowances
from backend.loyalty.offline.schemas.batches import BatchView, DeviceBatch, OperationResult
from backend.loyalty.offline.sender import BatchSender
from backend.staff_pins.acting import get_store_person
from backend.staff_pins.grants.actions import VerifiedPin, issue_grant
from backend.staff_pins.grants.blob import check_of, mac_of, unwrap
from backend.staff_pins.grants.schemas import GrantView
from backend.staff_pins.grants.sealed_box import context_of, decode, seal_box
from backend.staff_pins.queries import get_lockout
from tests.world.caller import new_key
from tests.world.shop import Shop
from tests.world.till import Card, id_of

Sent = dict[str, Any]


@dataclass
class Unlocked:
    """A grant after somebody has typed a PIN, right or wrong."""

    view: GrantView
    secret: bytes | None

    @property
    def looks_right(self) -> bool:
        return self.secret is None or check_of(self.secret) == self.view.check


def unlock(view: GrantView, pin: str | None) -> Unlocked:
    if view.blob is None or view.salt is None or view.device_secret is None or pin is None:
        return Unlocked(view, None)
    stretched = stretch_now(pin.encode(), decode(view.salt) or b"")
    return Unlocked(view, unwrap(decode(view.blob) or b"", stretched, decode(view.device_secret) or b""))


@dataclass
class OfflineTablet:
    """`wrong_by`: how far its clock is ahead. Until `restart` it counts milliseconds since it was switched on."""

    shop: Shop
    device_id: UUID
    wrong_by: timedelta = timedelta(0)
    is_revoked: bool = False
    boot_id: str = "boot 1"
    switched_on_at: datetime = field(default_factory=lambda: clock.now() - timedelta(days=30))
    queue: list[Sent] = field(default_factory=list)
    grant: Unlocked | None = None
    seq: int = 0

    @property
    def origin(self) -> Origin:
        return replace(self.shop.origin(self.shop.hub, clock.now()), device_id=self.device_id, user_name="Counter")

    async def check_pin(self, name: str, pin: str | None) -> Unlocked:
        """Online; the PIN was right."""
        user_id = self.shop.user_ids[name]
        verified = None
        async with self.shop.services.sessions.committing(self.shop.merchant_id) as session:
            if pin is not None:
                lockout, zone = await self._lockout()
                acting = replace(self.origin, user_id=user_id)
                verified = VerifiedPin(await self.shop.services.pins.verify(pin, acting, lockout, zone), pin)
            person = await get_store_person(self.shop.services.pool, self.origin, user_id)
            view = await issue_grant(session, self.shop.services.key_ring, self.origin, person, verified)
        self.grant = unlock(view, pin)
        return self.grant

    def open_grant(self, grant: dict[str, Any], pin: str | None) -> Unlocked:
        """As the API gave it."""
        self.grant = unlock(msgspec.convert(grant, GrantView), pin)
        return self.grant

    async def _lockout(self) -> Any:
        return await get_lockout(self.shop.services.pool, self.origin)

    def restart(self) -> None:
        self.boot_id, self.switched_on_at = uuid4().hex, clock.now()

    def elapsed(self, at: datetime) -> int:
        return round((at - self.switched_on_at) / timedelta(milliseconds=1))

    def did(self, op: str, card: Card | str | None = None, *, ago: timedelta = timedelta(0), **told: Any) -> Sent:
        """Queued; `told`: further members of the operation."""
        at = clock.now() - ago
        self.seq += 1
        content: Sent = {
            "id": uuid4().hex,
            "seq": self.seq,
            "op": op,
            "occurred_at": (at + self.wrong_by).isoformat(),
            "occurred_elapsed_ms": self.elapsed(at),
            "boot_id": self.boot_id,
            "body": {},
        } | told
        if card is not None:
            content["card_id"] = id_of(card)
        sent = self.sealed(content)
        self.queue.append(sent)
        return sent

    def stamped(self, card: Card | str, **told: Any) -> Sent:
        return self.did("stamp", card, **told)

    def sold(self, card: Card | str | None, cents: int, **told: Any) -> Sent:
        body = {"purchase_amount_cents": cents} | told.pop("body", {})
        return self.did("points", card, body=body, **told)

    def sealed(self, content: Sent) -> Sent:
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

    def batch(self, operations: list[Sent] | None = None, batch_id: UUID | None = None) -> DeviceBatch:
        return DeviceBatch(
            batch_id=batch_id or new_id(),
            device_time=clock.now() + self.wrong_by,
            elapsed_realtime_ms=self.elapsed(clock.now()),
            boot_id=self.boot_id,
            operations=operations if operations is not None else self.queue,
        )

    async def hold(self, card: Card | str, amount: int, unit: Literal["points", "stamps"] = "points") -> dict[str, Any]:
        """Online: points or stamps are held for what it will redeem. The answer."""
        assert self.grant is not None, "somebody has typed a PIN"
        services = self.shop.services
        wanted = AllowanceRequest(UUID(id_of(card)), self.grant.view.id, amount, unit)
        allowances = Allowances(services.ledger, services.sessions, services.key_ring)
        reply = await allowances.hold(self.origin, wanted, Key(new_key(), "00"))
        held: dict[str, Any] = msgspec.json.decode(reply.body)
        return held

    async def release(self, allowance: dict[str, Any]) -> None:
        """Online: gives back what is left."""
        async with self.shop.services.sessions.committing(self.shop.merchant_id) as session:
            await end_allowance(session, self.origin, UUID(allowance["id"]))

    def redeemed(self, card: Card | str, reward: str | None, allowance: str | None, **told: Any) -> Sent:
        """A reward by its id, or the full stamp card."""
        body = {"reward_id": reward} if reward else {"unit": "stamps"}
        paid = {"allowance_id": allowance} if allowance else {}
        return self.did("redeem", card, body=body | told.pop("body", {}), **paid | told)

    async def hand_in(self, batch: DeviceBatch | None = None) -> list[OperationResult]:
        return (await self.upload(batch)).results

    async def upload(self, batch: DeviceBatch | None = None) -> BatchView:
        """Past the API."""
        sender = BatchSender(self.origin, is_revoked=self.is_revoked)
        return await BatchIntake(self.shop.services.enrollment, sender, batch or self.batch()).run()


def outcomes(results: list[OperationResult]) -> list[str]:
    return [result.outcome for result in results]


def reasons(results: list[OperationResult]) -> list[str | None]:
    return [result.reason for result in results]


def queue_of(shop: Shop, device_id: str) -> OfflineTablet:
    """The queue of a tablet that was paired over the API."""
    return OfflineTablet(shop, UUID(device_id))


async def a_tablet(shop: Shop, **facts: Any) -> OfflineTablet:
    """One of the hub's, past the API."""
    device_id, now = new_id(), clock.now()
    told = {"name": "Counter", "profile": "till", "store_id": shop.store_ids[shop.hub]}
    await shop.add(Device, id=device_id, created_at=now, updated_at=now, **told)
    return OfflineTablet(shop, device_id, **facts)
