"""People who work for a merchant, as its owner sees and changes them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import Answer, Body

MerchantRole = Literal["merchant_owner", "store_member"]
PermissionCode = Annotated[str, Meta(max_length=100, examples=["loyalty.manage_cards"])]


class StorePermissions(Body):
    """A store where the person works, with what they may do there."""

    store_id: UUID
    permissions: Annotated[list[PermissionCode], Meta(max_length=100)]


StoresOfPerson = Annotated[list[StorePermissions], Meta(max_length=200)]


class MemberChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is. Stores are replaced as a whole."""

    role: MerchantRole | UnsetType = UNSET
    stores: StoresOfPerson | UnsetType = UNSET
    """Ignored for owners: they have every permission at every store."""


class MemberStore(Answer):
    store_id: UUID
    permissions: list[str]


class MemberPin(Answer):
    state: Literal["none", "set", "locked", "disabled"]
    """disabled: ten wrong attempts without a right one between; it opens nothing until it is unlocked."""
    locked_until: datetime | None
    """Null unless wrong attempts lock it at present."""


class MemberDetail(Answer, kw_only=True):
    """Somebody who works for the merchant. The `ETag` is the version in quotes."""

    id: UUID
    """Of the person."""
    email: str
    name: str
    role: str
    """merchant_owner | store_member"""
    is_active: bool
    """False: the platform has deactivated the account."""
    stores: list[MemberStore]
    pin: MemberPin
    joined_at: datetime
    last_sign_in_at: datetime | None
    """To this merchant; null when it was long ago."""
    version: int
    updated_at: datetime
