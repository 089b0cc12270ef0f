"""People who work for a merchant, as its owner sees and changes them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.enums import Role
from backend.core.schemas import Answer, Body

PinStanding = Literal["none", "set", "locked", "disabled"]

MerchantRole = Literal["merchant_owner", "store_member"]
PermissionCode = Annotated[str, Meta(max_length=100, examples=["loyalty.manage_cards"])]


class StorePermissions(Body):
    """A store where the person works, with what they may do there."""

    store_id: UUID
    """Id of the store."""
    permissions: Annotated[list[PermissionCode], Meta(max_length=100)]
    """Codes of the permissions at this store, from `GET /auth/permissions`. Replaced as a whole."""


StoresOfPerson = Annotated[list[StorePermissions], Meta(max_length=200)]


class MemberChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is. Stores are replaced as a whole."""

    role: MerchantRole | UnsetType = UNSET
    """`merchant_owner`: every permission at every store. `store_member`: what `stores` gives."""
    stores: StoresOfPerson | UnsetType = UNSET
    """All stores where the person works. Ignored for owners, who have every permission at every store."""


class MemberStore(Answer):
    """A store where the person works, with their permissions there."""

    store_id: UUID
    """Id of the store."""
    permissions: list[str]
    """Codes of the permissions at this store, from `GET /auth/permissions`."""


class MemberPin(Answer):
    """State of the person's PIN for the till."""

    state: PinStanding
    """`none`: no PIN. `set`: works. `locked`: too many wrong attempts, until `locked_until`. `disabled`: ten wrong
    attempts in a row, until somebody unlocks it."""
    locked_until: datetime | None
    """When the PIN works again (UTC). Null unless it is locked at present."""


class MemberDetail(Answer, kw_only=True):
    """Somebody who works for the merchant. The `ETag` is the version in quotes."""

    id: UUID
    """Id of the person."""
    email: str
    """Address with which the person signs in."""
    name: str
    """Name of the person, as colleagues and the history of cards show it."""
    role: Role
    """`merchant_owner` or `store_member`."""
    is_active: bool
    """False when the platform has deactivated the account: the person cannot sign in."""
    stores: list[MemberStore]
    """Stores where a `store_member` works, with the permissions there. Owners work at all stores."""
    pin: MemberPin
    """State of the person's PIN for the till."""
    joined_at: datetime
    """When the person began to work for the merchant (UTC)."""
    last_sign_in_at: datetime | None
    """Latest sign-in to this merchant (UTC). Null when there was none lately."""
    version: int
    """Version of the row: send it in quotes as `If-Match` to change it."""
    updated_at: datetime
    """When role, stores or permissions last changed (UTC)."""
