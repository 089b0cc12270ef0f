"""A tablet that is offline: it queues what its people do, sealed with what a PIN gives, and hands the queue in."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

import msgspec
import pytest

from backend.core.clock import clock
from backend.core.idempotency import Key
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.devices.models import Device
from backend.devices.simulator.queue import OfflineQueue, QueuedOperation, UnlockedGrant, unlock
from backend.loyalty.ledger.allowances import end_allowance
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.routes.booking_route import Caller
from backend.loyalty.ledger.schemas.allowances import AllowanceRequest
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.offline.actions import BatchIntake
from backend.loyalty.offline.allowances import Allowances
from backend.loyalty.offline.schemas.batches import BatchView, DeviceBatch, OperationResult
from backend.loyalty.offline.sender import BatchSender
from backend.staff_pins.acting import get_store_person
from backend.staff_pins.grants.actions import VerifiedPin, issue_grant
from backend.staff_pins.queries import get_lockout
from tests.world.caller import new_key
from tests.world.shop import Shop
from tests.world.till import Card, id_of


@dataclass
class OfflineTablet(OfflineQueue):
    """The queue of the reference tablet, handed in past the API."""

    shop: Shop = field(kw_only=True)
    is_revoked: bool = False
    store: str | None = None
    """Its code; None: the hub's."""

    @property
    def origin(self) -> Origin:
        return replace(
            self.shop.origin(self.store or self.shop.hub, clock.now()), device_id=self.device_id, user_name="Counter"
        )

    async def check_pin(self, name: str, pin: str | None) -> UnlockedGrant:
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

    async def _lockout(self) -> Any:
        return await get_lockout(self.shop.services.pool, self.origin)

    async def hold(self, card: Card | str, amount: int, unit: Literal["points", "stamps"] = "points") -> dict[str, Any]:
        """Online: points or stamps are held for what it will redeem. The answer."""
        assert self.grant is not None, "somebody has typed a PIN"
        services = self.shop.services
        wanted = AllowanceRequest(UUID(id_of(card)), self.grant.view.id, amount, unit)
        allowances = Allowances(services.ledger, services.sessions, services.key_ring)
        reply = await allowances.hold(self.origin, wanted, Key(new_key(), "00"))
        held: dict[str, Any] = msgspec.json.decode(reply.body)
        return held

    async def sell_online(self, card: Card | str, cents: int, key: str) -> dict[str, Any]:
        """The call whose repetition may lie in the queue, with its key as the id. The answer."""
        body, card_id = Earn(purchase_amount_cents=cents), id_of(card)
        origin = replace(self.origin, instance=f"/api/v1/store/loyalty/cards/{card_id}/points")
        request = Caller(origin, key).request(body, card_id=UUID(card_id))
        reply = await self.shop.services.ledger.book(EarnPoints(body), request)
        booked: dict[str, Any] = msgspec.json.decode(reply.body)
        return booked

    async def release(self, allowance: dict[str, Any]) -> None:
        """Online: gives back what is left."""
        async with self.shop.services.sessions.committing(self.shop.merchant_id) as session:
            await end_allowance(session, self.origin, UUID(allowance["id"]))

    def batch(self, operations: list[QueuedOperation] | None = None, batch_id: UUID | None = None) -> DeviceBatch:
        return msgspec.convert(self.request(operations, batch_id), DeviceBatch)

    async def hand_in(self, batch: DeviceBatch | None = None) -> list[OperationResult]:
        return (await self.upload(batch)).results

    async def upload(self, batch: DeviceBatch | None = None) -> BatchView:
        """Past the API."""
        sender = BatchSender(self.origin, is_revoked=self.is_revoked)
        return await BatchIntake(self.shop.services.enrollment, sender, batch or self.batch()).run()


@contextmanager
def dying_after(bookings: int) -> Iterator[None]:
    """The server's process is killed in the middle of a batch: its caller gets no answer."""
    book, left = Ledger.book, [bookings]

    async def dies(ledger: Ledger, *told: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise asyncio.CancelledError
        return await book(ledger, *told)

    with pytest.MonkeyPatch.context() as patch, suppress(asyncio.CancelledError):
        patch.setattr(Ledger, "book", dies)
        yield


def outcomes(results: list[OperationResult]) -> list[str]:
    return [result.outcome for result in results]


def reasons(results: list[OperationResult]) -> list[str | None]:
    return [result.reason for result in results]


def queue_of(shop: Shop, device_id: str) -> OfflineTablet:
    """The queue of a tablet that was paired over the API."""
    return OfflineTablet(UUID(device_id), shop=shop)


async def a_tablet(shop: Shop, **facts: Any) -> OfflineTablet:
    """One of the hub's, past the API."""
    device_id, now = new_id(), clock.now()
    told = {"name": "Counter", "profile": "till", "store_id": shop.store_ids[shop.hub]}
    await shop.add(Device, id=device_id, created_at=now, updated_at=now, **told)
    return OfflineTablet(device_id, shop=shop, **facts)
