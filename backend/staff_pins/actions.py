"""Verify a person's PIN: counted before it is verified, so that parallel guesses cannot slip past the limit."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from backend.core.hashing import hash_secret, verify_secret
from backend.core.ids import new_id
from backend.core.keyed_lock import KeyedLock
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.core.problems import Unavailable
from backend.staff_pins.metrics import PIN_FAILURES, PIN_LOCKOUTS
from backend.staff_pins.problems import PinDisabled, PinInvalid, PinLocked, PinNotSet, PinRequired
from backend.staff_pins.recent import RecentPins
from backend.staff_pins.rules import must_verify, peppered

BEGIN_PIN_ATTEMPT = "SELECT begin_pin_attempt($1, $2, $3, $4, $5, $6)"
END_PIN_ATTEMPT = "SELECT end_pin_attempt($1, $2, $3, $4, $5)"
NOTE_LOCKED = """
    UPDATE access_tokens t SET locked_people = array_append(t.locked_people, $2)
    WHERE t.id = (SELECT coalesce(s.origin_id, s.id) FROM access_tokens s WHERE s.id = $1)
      AND NOT $2 = ANY (t.locked_people)
"""
NOTE_LOCKED_PERSON = "SELECT note_locked_person($1, $2, $3, $4, $5, $6)"
UNGUESSED_PIN = "SELECT unguessed_pin($1, $2)"
TURN = timedelta(seconds=5)
"""Longer than any verification takes; what a process that died meanwhile costs the next attempt."""
LOCKED_PEOPLE_MAX = 3
"""Locked from one device, they show that somebody is guessing."""
PATIENCE_SECONDS = 6.0
PAUSE_SECONDS = 0.02
UTC = ZoneInfo("UTC")


class PinPolicy(Protocol):
    @property
    def staff_pin_policy(self) -> str: ...
    @property
    def lockout_attempts(self) -> int: ...
    @property
    def lockout_minutes(self) -> int: ...


class UnguessedPin(msgspec.Struct, frozen=True):
    id: UUID
    verifier: str


class PinAttempt(msgspec.Struct, frozen=True):
    """What the statement `begin_pin_attempt` has counted and decided."""

    id: UUID
    verifier: str | None
    """None: nothing was counted, because the PIN is locked or another process verifies an attempt."""
    tries_left: int
    """When this attempt fails."""
    locked_until: datetime | None
    """Set when the PIN is locked, and when this attempt locks it by failing."""
    is_disabled: bool = False
    """The same of a PIN that only a person can unlock."""


@dataclass(frozen=True, slots=True)
class StaffPins:
    pool: asyncpg.Pool
    keys: KeyRing
    recent: RecentPins = field(default_factory=RecentPins)
    keyed_lock: KeyedLock = field(default_factory=KeyedLock)

    async def check(
        self, pin: str | None, origin: Origin, policy: PinPolicy, zone: ZoneInfo = UTC, *, is_needed: bool = True
    ) -> UUID | None:
        """The id of the acting user's PIN, or None where the policy asks for none.

        Raises PinRequired, PinNotSet, PinLocked, PinDisabled or PinInvalid.
        """
        if not must_verify(policy.staff_pin_policy, given=pin is not None, needed=is_needed):
            return None
        if pin is None:
            raise PinRequired
        return await self.verify(pin, origin, policy, zone)

    async def verify(self, given: str, origin: Origin, policy: PinPolicy, zone: ZoneInfo = UTC) -> UUID:
        """The id of the acting user's PIN. Raises PinNotSet, PinLocked, PinDisabled or PinInvalid.

        Raises Unavailable when another process does not finish with its attempts in time.
        """
        assert origin.user_id is not None, "a PIN belongs to a signed-in person"
        recognized = await self._recognize(given, origin, origin.user_id)
        if recognized is not None:
            return recognized
        async with self.keyed_lock.of(origin.user_id):
            attempt, verifier = await self._begin(origin, policy, zone)
            is_right, fresh = False, None
            try:
                is_right, fresh = await self._compare(verifier, given, origin, origin.user_id)
            finally:
                await self.pool.fetchval(END_PIN_ATTEMPT, origin.merchant_id, attempt.id, is_right, fresh, origin.now)
        if not is_right:
            wrong = self._wrong(attempt, zone)
            if origin.device_id is not None and not isinstance(wrong, PinInvalid):
                await self._note_locked_on(origin.device_id, origin)
            raise wrong
        self.recent.remember(origin.sign_in_id, origin.user_id, fresh or verifier, given, origin.now)
        return attempt.id

    async def verify_another(self, given: str, origin: Origin, policy: PinPolicy, zone: ZoneInfo = UTC) -> None:
        """As `verify`, of a person who enters it where somebody else has signed in (`origin.sign_in_id`).

        The sign-in remembers whose PIN is locked there: it may not unlock it.
        """
        try:
            await self.verify(given, origin, policy, zone)
        except (PinLocked, PinDisabled):
            await self.pool.execute(NOTE_LOCKED, origin.sign_in_id, origin.user_id)
            raise

    async def _note_locked_on(self, device_id: UUID, origin: Origin) -> None:
        """Suspends the device where too many people's PINs are locked."""
        told = origin.merchant_id, device_id, origin.user_id, LOCKED_PEOPLE_MAX, new_id(), origin.now
        await self.pool.fetchval(NOTE_LOCKED_PERSON, *told)

    async def _recognize(self, given: str, origin: Origin, user_id: UUID) -> UUID | None:
        """The PIN's id when it was verified a moment ago and nobody has guessed at it since."""
        if not self.recent.has(origin.sign_in_id, user_id, origin.now):
            return None
        document = await self.pool.fetchval(UNGUESSED_PIN, origin.merchant_id, user_id)
        if document is None:
            return None
        pin = msgspec.json.decode(document, type=UnguessedPin)
        matches = self.recent.matches(origin.sign_in_id, user_id, pin.verifier, given, origin.now)
        return pin.id if matches else None

    async def _begin(self, origin: Origin, policy: PinPolicy, zone: ZoneInfo) -> tuple[PinAttempt, str]:
        """The attempt, counted, and the verifier it is held against."""
        ends_at = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            document = await self.pool.fetchval(
                BEGIN_PIN_ATTEMPT,
                origin.merchant_id,
                origin.user_id,
                policy.lockout_attempts,
                timedelta(minutes=policy.lockout_minutes),
                TURN,
                origin.now,
            )
            if document is None:
                raise PinNotSet
            attempt = msgspec.json.decode(document, type=PinAttempt)
            if attempt.verifier is not None:
                return attempt, attempt.verifier
            if attempt.is_disabled:
                raise PinDisabled
            if attempt.locked_until is not None:
                raise PinLocked(retry_at=attempt.locked_until.astimezone(zone))
            if asyncio.get_running_loop().time() > ends_at:
                raise Unavailable
            await asyncio.sleep(random.uniform(PAUSE_SECONDS / 2, PAUSE_SECONDS))  # noqa: S311 - jitter

    async def _compare(self, verifier: str, given: str, origin: Origin, user_id: UUID) -> tuple[bool, str | None]:
        """Whether it is right, and the verifier to keep from now on: peppers are rotated by use."""
        if self.recent.matches(origin.sign_in_id, user_id, verifier, given, origin.now):
            return True, None
        newest, *older = peppered(self.keys, origin.merchant_id, user_id, given)
        if await verify_secret(verifier, newest):
            return True, None
        for secret in older:
            if await verify_secret(verifier, secret):
                return True, await hash_secret(newest)
        return False, None

    @staticmethod
    def _wrong(attempt: PinAttempt, zone: ZoneInfo) -> PinInvalid | PinLocked | PinDisabled:
        PIN_FAILURES.labels("till").inc()
        if attempt.is_disabled:
            PIN_LOCKOUTS.inc()
            return PinDisabled()
        if attempt.locked_until is not None:
            PIN_LOCKOUTS.inc()
            return PinLocked(retry_at=attempt.locked_until.astimezone(zone))
        return PinInvalid(tries_left=attempt.tries_left)
