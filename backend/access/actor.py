"""The signed-in user, as `actor_by_token` returns it."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.permissions import BY_ROLE, FOR_MERCHANT, TILL


class ActorStore(msgspec.Struct, frozen=True):
    """A store where the actor may work. `permissions` is None for an owner, whose role's permissions apply."""

    id: UUID
    code: str
    name: str
    timezone: str
    country: str
    language: str | None
    permissions: list[str] | None


class ActorMerchant(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    name: str
    language: str


class Actor(msgspec.Struct, frozen=True):
    sign_in_id: UUID
    """Id of the access token that made the request."""
    user_id: UUID
    email: str
    name: str
    role: str
    language: str | None
    is_expired: bool
    """The token is valid but past its expiry."""
    kind: str
    """How the session began: `password`, or `pin` for a colleague who has taken over a till."""
    origin_id: UUID
    """Id of the sign-in with a password from which a session of kind `pin` came; otherwise the session's own."""
    last_seen_at: datetime
    """Time of an earlier request, written once a minute at most."""
    confirmed_at: datetime | None
    second_factor: str | None
    """The factor with which the session began beside the password."""
    merchant: ActorMerchant | None
    """None for platform users."""
    stores: list[ActorStore]

    def permissions_at(self, store: ActorStore) -> frozenset[str]:
        """An owner has the role's permissions even at a store where they are also a member."""
        if self.role == "merchant_owner" or store.permissions is None:
            return self._by_session(BY_ROLE[self.role])
        return self._by_session(frozenset(store.permissions))

    @property
    def merchant_permissions(self) -> frozenset[str]:
        """What the actor may do for all stores of the merchant at once; nothing for platform users."""
        if self.merchant is None or self.is_by_pin:
            return frozenset()
        if self.role == "merchant_owner":
            return BY_ROLE[self.role]
        return self.permissions & FOR_MERCHANT

    @property
    def permissions(self) -> frozenset[str]:
        """The union of a store member's permissions at all their stores; everybody else's role permissions."""
        if self.role != "store_member":
            return self._by_session(BY_ROLE[self.role])
        return frozenset[str]().union(*(self.permissions_at(store) for store in self.stores))

    @property
    def is_by_pin(self) -> bool:
        return self.kind == "pin"

    def _by_session(self, permissions: frozenset[str]) -> frozenset[str]:
        """A PIN opens the till and nothing else."""
        return permissions & TILL if self.is_by_pin else permissions
