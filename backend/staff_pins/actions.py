"""Verify a person's PIN: counted before it is verified, so that parallel guesses cannot slip past the limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from backend.core.hashing import hash_secret, verify_secret
from backend.core.keys import KeyRing
from backend.core.metrics import PIN_FAILURES, PIN_LOCKOUTS
from backend.core.origin import Origin
from backend.staff_pins.problems import PinInvalid, PinLocked, PinNotSet, PinRequired
from backend.staff_pins.rules import is_asked, peppered

COUNT_PIN_ATTEMPT = "SELECT count_pin_attempt($1, $2, $3, $4, $5)"
CONFIRM_PIN = "SELECT confirm_pin($1, $2, $3, $4)"
UTC = ZoneInfo("UTC")


class PinPolicy(Protocol):
    @property
    def staff_pin_policy(self) -> str: ...
    @property
    def lockout_attempts(self) -> int: ...
    @property
    def lockout_minutes(self) -> int: ...


class Attempt(msgspec.Struct, frozen=True):
    """What counting found. `verifier` is None while the PIN is locked."""

    id: UUID
    verifier: str | None
    failed_count: int
    locked_until: datetime | None


@dataclass(slots=True)
class PinCheck:
    """A PIN as given with one request; verified at most once, however often the booking is tried."""

    given: str | None
    is_needed: bool = True
    pin_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StaffPins:
    pool: asyncpg.Pool
    keys: KeyRing

    async def check(self, pin: PinCheck, origin: Origin, policy: PinPolicy, zone: ZoneInfo = UTC) -> None:
        """Raises PinRequired, PinNotSet, PinLocked or PinInvalid; sets `pin.pin_id` when a PIN was verified."""
        if pin.pin_id is not None:
            return
        if not is_asked(policy.staff_pin_policy, given=pin.given is not None, needed=pin.is_needed):
            return
        if pin.given is None:
            raise PinRequired
        pin.pin_id = await self.verify(pin.given, origin, policy, zone)

    async def verify(self, given: str, origin: Origin, policy: PinPolicy, zone: ZoneInfo = UTC) -> UUID:
        """The id of the acting user's PIN. Raises PinNotSet, PinLocked or PinInvalid."""
        assert origin.user_id is not None, "a PIN belongs to a signed-in person"
        document = await self.pool.fetchval(
            COUNT_PIN_ATTEMPT,
            origin.merchant_id,
            origin.user_id,
            policy.lockout_attempts,
            timedelta(minutes=policy.lockout_minutes),
            origin.now,
        )
        if document is None:
            raise PinNotSet
        attempt = msgspec.json.decode(document, type=Attempt)
        if attempt.verifier is None:
            assert attempt.locked_until is not None, "only a locked PIN hides its verifier"
            raise PinLocked(retry_at=attempt.locked_until.astimezone(zone))
        newest, *older = peppered(self.keys, origin.merchant_id, origin.user_id, given)
        fresh: str | None = None
        if not await verify_secret(attempt.verifier, newest):
            if not await self._matches(attempt.verifier, older):
                raise self._wrong(attempt, policy, zone)
            # Peppers are rotated by use: from now on the newest verifies this PIN.
            fresh = await hash_secret(newest)
        await self.pool.fetchval(CONFIRM_PIN, origin.merchant_id, attempt.id, fresh, origin.now)
        return attempt.id

    @staticmethod
    async def _matches(verifier: str, secrets: list[bytes]) -> bool:
        for secret in secrets:
            if await verify_secret(verifier, secret):
                return True
        return False

    @staticmethod
    def _wrong(attempt: Attempt, policy: PinPolicy, zone: ZoneInfo) -> PinInvalid | PinLocked:
        PIN_FAILURES.labels("till").inc()
        if attempt.locked_until is not None:
            PIN_LOCKOUTS.inc()
            return PinLocked(retry_at=attempt.locked_until.astimezone(zone))
        return PinInvalid(tries_left=max(0, policy.lockout_attempts - attempt.failed_count))
