"""The PINs given with a request: the acting person's own, and that of somebody who overrides a limit."""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
import msgspec

from backend.access.permissions import BY_ROLE, MANAGE_PROGRAMS
from backend.core.addresses import normalize_email
from backend.core.origin import Origin
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.booking.setup import Setup
from backend.loyalty.ledger.problems.limits import OverrideRefused
from backend.staff_pins.actions import PinPolicy, StaffPins

FIND_OVERRIDER = "SELECT find_overrider($1, $2, $3)"


class Overrider(msgspec.Struct, frozen=True):
    user_id: UUID
    role: str
    permissions: list[str] | None
    """At the store of the request; None where the person has no role of their own there."""

    @property
    def may_override(self) -> bool:
        """A person who may set limits may override them."""
        if self.role == "merchant_owner":
            return MANAGE_PROGRAMS in BY_ROLE[self.role]
        return MANAGE_PROGRAMS in (self.permissions or ())


@dataclass(frozen=True, slots=True)
class KioskPolicy:
    """Customers can reach a kiosk: whatever the merchant's policy, nothing is booked there without a PIN."""

    of_merchant: PinPolicy
    staff_pin_policy: str = "required"

    @property
    def lockout_attempts(self) -> int:
        return self.of_merchant.lockout_attempts

    @property
    def lockout_minutes(self) -> int:
        return self.of_merchant.lockout_minutes


@dataclass(slots=True)
class Authorization:
    """Verifies each PIN of one request at most once, however often its booking is tried."""

    pins: StaffPins
    request: BookingRequest
    _staff_pin_id: UUID | None = None
    _overrider_id: UUID | None = None

    async def staff_pin_id(self, setup: Setup, *, is_needed: bool) -> UUID | None:
        """None where no PIN is asked for, and for an API key, which is no person.

        Raises PinRequired, PinNotSet, PinLocked, PinDisabled or PinInvalid.
        """
        if self.request.origin.api_key_id is not None:
            return None
        if self.request.proof is not None:
            return self.request.proof.staff_pin_id
        if self._staff_pin_id is None:
            request = self.request
            policy: PinPolicy = KioskPolicy(setup.policy) if request.origin.is_kiosk else setup.policy
            self._staff_pin_id = await self.pins.check(
                request.staff_pin, request.origin, policy, setup.store.zone, is_needed=is_needed
            )
        return self._staff_pin_id

    async def overrider_id(self, setup: Setup) -> UUID | None:
        """The person who overrides a limit; None where the request names nobody.

        Raises OverrideRefused, PinNotSet, PinLocked, PinDisabled or PinInvalid; failed attempts count as that person's.
        No PIN is entered through an API key: a server could try them all.
        """
        override, origin = self.request.override, self.request.origin
        if override is not None and origin.api_key_id is not None:
            raise OverrideRefused
        if self.request.proof is not None and self.request.proof.lifts_limits:
            return origin.user_id
        if override is not None and self._overrider_id is None:
            person = await _find_overrider(self.pins.pool, origin, override.email)
            if person is None or not person.may_override:
                raise OverrideRefused
            acting = replace(origin, user_id=person.user_id)
            await self.pins.verify_another(override.pin, acting, setup.policy, setup.store.zone)
            self._overrider_id = person.user_id
        return self._overrider_id


async def _find_overrider(pool: asyncpg.Pool, origin: Origin, email: str) -> Overrider | None:
    document = await pool.fetchval(FIND_OVERRIDER, origin.merchant_id, origin.store_id, normalize_email(email))
    return msgspec.json.decode(document, type=Overrider) if document else None
