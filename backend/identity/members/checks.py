"""What has to be looked up before somebody gets a place at a store."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.permissions import GIVEN
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.identity.members.schemas import StorePermissions
from backend.merchants.models import Store
from i18n.translator import N_


async def check_stores(session: AsyncSession, merchant_id: UUID, stores: list[StorePermissions]) -> None:
    """Each is one of the merchant's, named once, with permissions that can be given. Raises ValidationFailed."""
    named = [place.store_id for place in stores]
    known = set(await session.scalars(select(Store.id).where(Store.merchant_id == merchant_id, Store.id.in_(named))))
    errors = []
    for index, place in enumerate(stores):
        if place.store_id not in known:
            errors.append(FieldError(f"/stores/{index}/store_id", "not_found", N_("There is no such store.")))
        elif place.store_id in named[:index]:
            errors.append(FieldError(f"/stores/{index}/store_id", "duplicate", N_("The store is named twice.")))
        errors += [
            FieldError(f"/stores/{index}/permissions/{number}", "not_given", N_("This permission cannot be given."))
            for number, code in enumerate(place.permissions)
            if code not in GIVEN
        ]
    if errors:
        raise ValidationFailed(*errors)
