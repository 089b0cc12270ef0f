"""Give a tablet a grant after a PIN was verified online, and end it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.permissions import MANAGE_CARDS, VOID_TRANSACTIONS
from backend.core.encryption import seal, unseal
from backend.core.hashing import stretch
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.staff_pins.acting import StorePerson
from backend.staff_pins.grants import blob, sealed_box
from backend.staff_pins.grants.models import OfflineGrant
from backend.staff_pins.grants.problems import GrantNotFound
from backend.staff_pins.grants.queries import get_offline_limits
from backend.staff_pins.grants.rules import OFFLINE_OPS
from backend.staff_pins.grants.schemas import GrantView


@dataclass(frozen=True, slots=True)
class VerifiedPin:
    """A PIN that was right a moment ago."""

    id: UUID
    digits: str


async def issue_grant(
    session: AsyncSession, keys: KeyRing, origin: Origin, person: StorePerson, pin: VerifiedPin | None
) -> GrantView:
    """`origin`: of the tablet. `pin`: None where the policy asks for none; then the grant has no secret.

    What the person may not do online is not granted either.
    """
    assert origin.device_id is not None, "a grant belongs to a tablet"
    limits = await get_offline_limits(session, origin.merchant_id, origin.device_id)
    operations = [op for op in limits.operations if op not in _refused(origin, person)]
    grant = OfflineGrant(
        merchant_id=origin.merchant_id,
        id=new_id(),
        device_id=origin.device_id,
        store_id=origin.till_store_id,
        user_id=person.user_id,
        staff_pin_id=pin.id if pin else None,
        operations=list(operations),
        max_operations=limits.max_operations,
        max_points=limits.max_points,
        issued_at=origin.now,
        expires_at=origin.now + timedelta(hours=limits.grant_hours),
    )
    wrapped = await _wrap_secret(keys, grant, pin) if pin else {}
    session.add(grant)
    await session.flush()
    return GrantView(
        id=grant.id,
        user_id=person.user_id,
        issued_at=grant.issued_at,
        expires_at=grant.expires_at,
        operations=operations,
        max_operations=grant.max_operations,
        max_points=grant.max_points,
        server_key=sealed_box.encode(sealed_box.public_key(keys)),
        **wrapped,
    )


def _refused(origin: Origin, person: StorePerson) -> Collection[str]:
    """What neither the person nor a tablet that stands among customers may do."""
    return {"void", "redeem"} if origin.is_kiosk else refused_to(person)


def refused_to(person: StorePerson | None) -> Collection[str]:
    """What the person may not do at the store, offline as online. `person`: None for who does not work there."""
    if person is None or not person.may(MANAGE_CARDS):
        return OFFLINE_OPS
    return () if person.may(VOID_TRANSACTIONS) else ("void",)


async def _wrap_secret(keys: KeyRing, grant: OfflineGrant, pin: VerifiedPin) -> dict[str, Any]:
    """Keeps the secret with the grant, encrypted; what the tablet gets of it."""
    secret, salt, device_secret = blob.new_secret(), blob.new_salt(), blob.new_secret()
    stretched = await stretch(pin.digits.encode(), salt)
    grant.sealed_secret = seal(keys, sealed_box.encode(secret), secret_place_of(grant.id))
    return {
        "blob": sealed_box.encode(blob.wrap(secret, stretched, device_secret)),
        "salt": sealed_box.encode(salt),
        "device_secret": sealed_box.encode(device_secret),
        "check_bits": blob.CHECK_BITS,
        "check": blob.check_of(secret),
    }


def secret_of(keys: KeyRing, grant: OfflineGrant) -> bytes | None:
    """None for a grant without a PIN. Raises SealBroken."""
    if grant.sealed_secret is None:
        return None
    return sealed_box.decode(unseal(keys, grant.sealed_secret, secret_place_of(grant.id)))


async def end_grant(session: AsyncSession, origin: Origin, grant_id: UUID) -> None:
    """What is done under it from now on waits for a person. Raises GrantNotFound."""
    own = (
        OfflineGrant.merchant_id == origin.merchant_id,
        OfflineGrant.device_id == origin.device_id,
        OfflineGrant.id == grant_id,
    )
    ended = await session.execute(
        update(OfflineGrant)
        .where(*own)
        .values(ended_at=func.least(OfflineGrant.ended_at, origin.now))
        .returning(OfflineGrant.id)
    )
    if ended.first() is None:
        raise GrantNotFound


def secret_place_of(grant_id: UUID) -> str:
    return f"offline_grants.sealed_secret/{grant_id}"
