"""Who acts."""

from uuid import UUID

import msgspec

from backend.access.permissions import BY_ROLE


class Place(msgspec.Struct, frozen=True):
    """A store at which the actor may work. `permissions` is None for the owner, who has the role's everywhere."""

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
    """Which of the user's sign-ins asks."""
    user_id: UUID
    email: str
    name: str
    role: str
    language: str | None
    is_expired: bool
    """The token was right once."""
    merchant: ActorMerchant | None
    """None for the platform's own people."""
    stores: list[Place]

    def permissions_at(self, place: Place) -> frozenset[str]:
        """An owner's own, even where they stand at a till as a member of the store too."""
        if self.role == "merchant_owner" or place.permissions is None:
            return BY_ROLE[self.role]
        return frozenset(place.permissions)

    @property
    def permissions(self) -> frozenset[str]:
        """Everything the actor may do somewhere."""
        if self.merchant is None:
            return BY_ROLE[self.role]
        return frozenset[str]().union(*(self.permissions_at(place) for place in self.stores))
