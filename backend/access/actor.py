"""The signed-in user, as `actor_by_token` returns it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.permissions import BY_ROLE, FOR_MERCHANT, KEPT_BY_OWNER, TILL
from backend.access.principal import ActorStore, Principal
from backend.core.origin import Origin


class ActorOnBehalf(msgspec.Struct, frozen=True):
    """A platform user acts for the merchant, as its owner would."""

    id: UUID
    reason: str
    ends_at: datetime


class Actor(Principal, frozen=True, kw_only=True):
    """A person."""

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
    on_behalf: ActorOnBehalf | None = None

    @property
    def is_of_platform(self) -> bool:
        """Also one who acts for a merchant."""
        return self.merchant is None or self.on_behalf is not None

    @property
    def id(self) -> UUID:
        return self.user_id

    def sign(self, origin: Origin) -> Origin:
        """A platform user is recorded as one who acts on behalf of the merchant."""
        if not self.is_of_platform:
            return replace(origin, user_id=self.user_id, user_name=self.name, sign_in_id=self.sign_in_id)
        return replace(
            origin,
            sign_in_id=self.sign_in_id,
            on_behalf_user_id=self.user_id,
            on_behalf_name=self.name,
            on_behalf_reason=self.on_behalf.reason if self.on_behalf else None,
        )

    def permissions_at(self, store: ActorStore) -> frozenset[str]:
        """An owner has the role's permissions even at a store where they are also a member."""
        if self.role == "merchant_owner" or store.permissions is None:
            return self._by_session(BY_ROLE[self.role])
        return self._by_session(frozenset(store.permissions))

    @property
    def merchant_permissions(self) -> frozenset[str]:
        if self.merchant is None or self.is_by_pin:
            return frozenset()
        return self.permissions if self.role == "merchant_owner" else self.permissions & FOR_MERCHANT

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
        """A PIN opens the till and nothing else; some things nobody does on behalf of a merchant."""
        if self.on_behalf is not None:
            return permissions - KEPT_BY_OWNER
        return permissions & TILL if self.is_by_pin else permissions
