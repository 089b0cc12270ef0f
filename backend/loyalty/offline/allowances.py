"""Points or stamps are held for a tablet, within the merchant's rules, while somebody has a grant to redeem on it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from backend.core.database import Sessions
from backend.core.idempotency import Key, Reply
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.request import BookingRequest, Proof
from backend.loyalty.ledger.operations.allowance import HoldAllowance
from backend.loyalty.ledger.problems.allowances import AllowanceRefused
from backend.loyalty.ledger.schemas.allowances import AllowanceRequest
from backend.loyalty.offline.open_grants import open_grants
from backend.staff_pins.grants.queries import get_offline_limits


@dataclass(frozen=True, slots=True)
class Allowances:
    ledger: Ledger
    sessions: Sessions
    keys: KeyRing

    async def hold(self, origin: Origin, wanted: AllowanceRequest, key: Key) -> Reply:
        """`origin`: of the tablet. Ends with the grant at the latest.

        Raises AllowanceRefused, AllowanceLimitReached, InsufficientPoints, InsufficientStamps, and
        what each booking raises.
        """
        assert origin.device_id is not None, "a tablet asks for one"
        async with self.sessions.committing(origin.merchant_id) as session:
            grants = await open_grants(session, self.keys, origin, [wanted.grant_id])
            limits = await get_offline_limits(session, origin.merchant_id, origin.device_id)
        grant = grants.open.get(wanted.grant_id)
        # The rules may have become stricter since the grant was given.
        if grant is None or "redeem" not in limits.operations or not grant.use.may_redeem(origin.now):
            raise AllowanceRefused
        maximum = limits.max_allowance_stamps if wanted.unit == "stamps" else limits.max_allowance_points
        ends_at = min(origin.now + timedelta(hours=limits.allowance_hours), grant.use.ends_at)
        acting, proof = replace(origin, user_id=grant.user_id), Proof(grant.staff_pin_id)
        request = BookingRequest(acting, key, card_id=wanted.card_id, proof=proof)
        return await self.ledger.book(HoldAllowance(wanted, maximum, ends_at), request)
