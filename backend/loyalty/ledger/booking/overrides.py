"""The owner lifts a limit at somebody else's till, with a PIN of their own."""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
import msgspec

from backend.access.permissions import BY_ROLE, MANAGE_PROGRAMS
from backend.core.addresses import normalize_email
from backend.core.origin import Origin
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.problems import OverrideRefused
from backend.loyalty.ledger.schemas import Override
from backend.staff_pins.actions import StaffPins

FIND_OVERRIDER = "SELECT find_overrider($1, $2, $3)"


class Overrider(msgspec.Struct, frozen=True):
    user_id: UUID
    role: str
    permissions: list[str] | None
    """At the asking store; None where they have no place of their own."""

    @property
    def may_override(self) -> bool:
        """Whoever may set limits may lift them."""
        if self.role == "merchant_owner":
            return MANAGE_PROGRAMS in BY_ROLE[self.role]
        return MANAGE_PROGRAMS in (self.permissions or ())


@dataclass(slots=True)
class OverrideCheck:
    """An override as given with one request; verified at most once, however often the booking is tried."""

    given: Override | None
    user_id: UUID | None = None


async def verify_override(pins: StaffPins, check: OverrideCheck, draft: BookingDraft) -> UUID:
    """Who lifts the limit. Raises OverrideRefused, PinNotSet, PinLocked or PinInvalid; attempts count as theirs."""
    assert check.given is not None, "an override was given"
    if check.user_id is None:
        origin, setup = draft.origin, draft.state.setup
        person = await _find_overrider(pins.pool, origin, check.given.email)
        if person is None or not person.may_override:
            raise OverrideRefused
        acting = replace(origin, user_id=person.user_id)
        await pins.verify(check.given.pin, acting, setup.policy, setup.store.zone)
        check.user_id = person.user_id
    return check.user_id


async def _find_overrider(pool: asyncpg.Pool, origin: Origin, email: str) -> Overrider | None:
    document = await pool.fetchval(FIND_OVERRIDER, origin.merchant_id, origin.store_id, normalize_email(email))
    return msgspec.json.decode(document, type=Overrider) if document else None
