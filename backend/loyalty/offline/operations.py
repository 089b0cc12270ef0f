"""What an offline operation is in the ledger: the same booking as of the call online, with the same key and
fingerprint, so that both together book once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from backend.core.idempotency import Key, Reply, key_for
from backend.core.origin import Origin
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.enrollment.schemas import Enroll
from backend.loyalty.ledger.booking.checks import OFFLINE_MAX
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.request import BookingRequest, Proof
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.operations.allowance import RedeemAllowance
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.operations.void import VoidTransaction
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.loyalty.ledger.problems.returns import TransactionNotFound
from backend.loyalty.ledger.schemas.bookings import Earn, Redemption, Stamp
from backend.loyalty.ledger.schemas.returns import Void
from backend.loyalty.offline.items import ItemBody
from backend.loyalty.offline.problems import NotBookedHere

API = "/api/v1/store/loyalty"
ENROLL = f"{API}/cards/enroll"
PARTS: dict[type[ItemBody], str] = {Earn: "points", Stamp: "stamps", Redemption: "redemptions"}
"""Last parts of the addresses of the calls online."""


@dataclass(frozen=True, slots=True)
class VoidOwn(VoidTransaction):
    """Gives no redemption back: a stolen tablet would hand out points."""

    device_id: UUID | None = None

    def check(self, state: CardState) -> None:
        VoidTransaction.check(self, state)
        booked = [target.transaction for target in state.targets]
        if any(line.kind != "earned" or line.device_id != self.device_id for line in booked):
            raise NotBookedHere


@dataclass(frozen=True, slots=True)
class OfflineBooking:
    """An operation with everything that says how it is booked."""

    operation_id: str
    body: ItemBody
    at: datetime
    """When it happened, by our clock."""
    proof: Proof
    card_id: UUID | None = None
    transaction_id: UUID | None = None
    """What a void takes back."""
    allowance_id: UUID | None = None
    """What a redemption was paid from."""
    oldest: timedelta = OFFLINE_MAX
    is_forced: bool = False
    is_own: bool = True
    """Booked for the tablet, which takes back only what it has booked itself."""


async def book(enrollment: Enrollment, origin: Origin, booking: OfflineBooking) -> Reply:
    """Raises what the same call online raises, and NotBookedHere."""
    body = booking.body
    if isinstance(body, Enroll):
        acting = replace(origin, instance=ENROLL)
        return await enrollment.by_staff(acting, body, _key(acting, booking.operation_id, body))
    target = booking.transaction_id if isinstance(body, Void) else booking.card_id
    if target is None:
        raise TransactionNotFound if isinstance(body, Void) else CardNotFound
    acting = replace(origin, instance=_path(body, target))
    operation = _operation(acting, booking)
    request = BookingRequest(
        acting,
        _key(acting, booking.operation_id, body),
        card_id=None if isinstance(body, Void) else target,
        transaction_id=target if isinstance(body, Void) else None,
        proof=booking.proof,
    )
    return await enrollment.ledger.book(operation, request)


def _operation(origin: Origin, booking: OfflineBooking) -> Operation:
    body, at = booking.body, booking.at
    if isinstance(body, Earn):
        return EarnPoints(msgspec.structs.replace(body, occurred_at=at), booking.oldest)
    if isinstance(body, Stamp):
        return AddStamp(msgspec.structs.replace(body, occurred_at=at), booking.oldest, booking.is_forced)
    if isinstance(body, Redemption):
        return RedeemAllowance(body, at, booking.allowance_id, is_decided=not booking.is_own)
    assert isinstance(body, Void), "an enrollment is not the ledger's"
    return VoidOwn(body, device_id=origin.device_id) if booking.is_own else VoidTransaction(body)


def _path(body: ItemBody, target: UUID) -> str:
    if isinstance(body, Void):
        return f"{API}/transactions/{target}/void"
    return f"{API}/cards/{target}/{PARTS[type(body)]}"


def _key(origin: Origin, operation_id: str, body: ItemBody) -> Key:
    """As `Caller.key` of the call online."""
    return key_for(operation_id, origin.key_scope, body)
