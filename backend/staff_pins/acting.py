"""Who books on a tablet: a device has no person of its own, so each request names one of the store's."""

from dataclasses import replace
from uuid import UUID

import asyncpg
import msgspec

from backend.access.permissions import BY_ROLE
from backend.access.problems import Forbidden
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.staff_pins.problems import StaffNotHere
from i18n.translator import N_

STORE_PERSON = "SELECT store_person($1, $2, $3)"


class StorePerson(msgspec.Struct, frozen=True):
    user_id: UUID
    name: str
    role: str
    permissions: list[str] | None
    """At the store; None for an owner without a place of their own there."""

    def may(self, permission: str) -> bool:
        if self.role == "merchant_owner":
            return permission in BY_ROLE[self.role]
        return permission in (self.permissions or ())


async def find_store_person(pool: asyncpg.Pool, origin: Origin, user_id: UUID) -> StorePerson | None:
    """Somebody who works at the store of the request."""
    document = await pool.fetchval(STORE_PERSON, origin.merchant_id, origin.store_id, user_id)
    return msgspec.json.decode(document, type=StorePerson) if document else None


async def get_store_person(pool: asyncpg.Pool, origin: Origin, user_id: UUID) -> StorePerson:
    """Raises StaffNotHere."""
    person = await find_store_person(pool, origin, user_id)
    if person is None:
        raise StaffNotHere
    return person


async def acting_as(
    pool: asyncpg.Pool, origin: Origin, staff_id: UUID | None, *, staff_pin: str | None = None, permission: str | None
) -> Origin:
    """The origin with the person whom a device names, who must have the permission too.

    Raises StaffNotHere, Forbidden, or ValidationFailed: people act under their own name, and a PIN is somebody's.
    """
    if staff_id is None:
        if origin.device_id is not None and staff_pin is not None:
            raise ValidationFailed(FieldError("/staff_id", "required", N_("Say whose PIN it is.")))
        return origin
    if origin.device_id is None:
        raise ValidationFailed(FieldError("/staff_id", "only_from_device", N_("You record under your own name.")))
    person = await get_store_person(pool, origin, staff_id)
    if permission is not None and not person.may(permission):
        raise Forbidden(permission)
    return replace(origin, user_id=person.user_id, user_name=person.name)
