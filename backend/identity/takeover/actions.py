"""A colleague takes over a till with their PIN: a session that a PIN began."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.actor import Actor
from backend.access.problems import PasswordNeeded, Unauthenticated
from backend.audit.actions import record_change
from backend.core.database import Sessions
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.identity.models import USER_AGENT_MAX, AccessToken
from backend.identity.pins.problems import ColleagueNotFound
from backend.identity.pins.queries import get_pin, list_pins
from backend.identity.pins.schemas import PersonPin
from backend.identity.queries import token_hash
from backend.identity.takeover.problems import PinsNotUsed, SwitchingSuspended
from backend.identity.takeover.schemas import Colleague, PinSwitch
from backend.staff_pins.actions import StaffPins
from backend.staff_pins.problems import PinDisabled, PinLocked
from backend.staff_pins.queries import Lockout, get_lockout

LONGEST = timedelta(hours=12)
"""After a sign-in with a password, its till asks for one again."""
LOCKED_PEOPLE_MAX = 3
"""Locked from one till, they show that somebody is guessing."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """`actor`: who was at the till, with this `token`. `origin`: of the request."""

    sessions: Sessions
    pins: StaffPins
    actor: Actor
    token: str
    origin: Origin

    async def colleagues(self) -> list[Colleague]:
        """Who can take over: everybody at the store who has a PIN."""
        policy, _ = await get_lockout(self.pins.pool, self.origin)
        if policy.staff_pin_policy == "disabled":
            return []
        async with self.sessions.committing(self.origin.merchant_id) as session:
            return [Colleague(pin.user_id, pin.name) for pin in await list_pins(session, self.origin) if pin.is_set]

    async def by(self, body: PinSwitch) -> tuple[str, datetime]:
        """The token of the new session and its expiry.

        The row of the sign-in is locked meanwhile: parallel guesses at several people wait for each other.
        Raises PinsNotUsed, SwitchingSuspended, PasswordNeeded, ColleagueNotFound, PinLocked, PinDisabled or PinInvalid;
        Unauthenticated when the session has ended meanwhile.
        """
        policy, zone = await get_lockout(self.pins.pool, self.origin)
        if policy.staff_pin_policy == "disabled":
            raise PinsNotUsed
        async with self.sessions.committing(self.origin.merchant_id) as session:
            signed_in = await self._sign_in(session)
            pin = await get_pin(session, self.origin, body.user_id)
            if not pin.is_set:
                raise ColleagueNotFound
            locked = await self._verify(body, pin, policy, zone)
            if locked is None:
                return await self._begin(session, signed_in, pin)
            if pin.locked_until is None and not pin.is_disabled:
                signed_in.locked_people = [*{*signed_in.locked_people, pin.user_id}]
        raise locked

    async def _sign_in(self, session: AsyncSession) -> AccessToken:
        """With the password, from which the till's session came."""
        row = await session.scalar(select(AccessToken).where(AccessToken.id == self.actor.origin_id).with_for_update())
        present = AccessToken.token_hash == token_hash(self.token), AccessToken.revoked_at.is_(None)
        if row is None or await session.scalar(select(AccessToken.id).where(*present)) is None:
            raise Unauthenticated
        if len(row.locked_people) >= LOCKED_PEOPLE_MAX:
            raise SwitchingSuspended
        if row.revoked_at is not None or _ends_at(row) <= self.origin.now:
            raise PasswordNeeded
        return row

    async def _verify(
        self, body: PinSwitch, pin: PersonPin, policy: Lockout, zone: ZoneInfo
    ) -> PinLocked | PinDisabled | None:
        """Why it is locked, or None when it is right. Raises PinInvalid."""
        try:
            await self.pins.verify(body.staff_pin, replace(self.origin, user_id=pin.user_id), policy, zone)
        except (PinLocked, PinDisabled) as locked:
            return locked
        return None

    async def _begin(self, session: AsyncSession, signed_in: AccessToken, pin: PersonPin) -> tuple[str, datetime]:
        """In place of the session before. The sign-in with a password goes on, but its own token opens nothing more."""
        token, sign_in_id, now = secrets.token_urlsafe(32), new_id(), self.origin.now
        session.add(
            AccessToken(
                token_hash=token_hash(token),
                id=sign_in_id,
                user_id=pin.user_id,
                merchant_id=self.origin.merchant_id,
                kind="pin",
                origin_id=signed_in.id,
                store_id=self.origin.till_store_id,
                user_agent=(self.origin.user_agent or "")[:USER_AGENT_MAX] or None,
                created_at=now,
                last_seen_at=now,
                expires_at=_ends_at(signed_in),
            )
        )
        signed_in.token_hash = token_hash(secrets.token_urlsafe(32))
        if self.actor.is_by_pin:
            former = AccessToken.id == self.actor.sign_in_id
            await session.execute(update(AccessToken).where(former).values(revoked_at=now))
        self._record(session, pin, sign_in_id)
        await session.flush()
        return token, _ends_at(signed_in)

    def _record(self, session: AsyncSession, pin: PersonPin, sign_in_id: UUID) -> None:
        acting = replace(self.origin, user_id=pin.user_id, user_name=pin.name, sign_in_id=sign_in_id)
        before, after = {"user_id": str(self.actor.user_id)}, {"user_id": str(pin.user_id)}
        record_change(session, acting, "till.taken_over", subject_id=pin.user_id, before=before, after=after)


def _ends_at(signed_in: AccessToken) -> datetime:
    return min(signed_in.expires_at, signed_in.created_at + LONGEST)
