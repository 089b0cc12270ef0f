"""Who makes a request: a person, an API key or a device."""

from typing import ClassVar
from uuid import UUID

import msgspec

from backend.access.features import is_enabled
from backend.access.problems import NotForApiKeys
from backend.core.origin import Origin
from backend.core.platform_settings import LimitSetting
from backend.core.problems import Problem


class ActorStore(msgspec.Struct, frozen=True):
    """A store where the principal may work. `permissions` is None for an owner, whose role's permissions apply."""

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


class ActorFeature(msgspec.Struct, frozen=True):
    """A feature that is switched on or off for the merchant (no store) or for one of its stores."""

    feature: str
    store_id: UUID | None
    is_enabled: bool


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The base of `Actor`, `ApiKeyPrincipal` and what else sends a bearer token."""

    opened_by: ClassVar[str | None] = None
    """The `opt` of an operation that opens it for this kind; None for people, for whom guards decide."""
    refusal: ClassVar[type[Problem]] = NotForApiKeys
    """Raised where an operation is not open for this kind."""
    own_limit: ClassVar[tuple[str, LimitSetting] | None] = None
    """Name and limit of all its requests together. Limits of single operations do not apply then."""

    merchant: ActorMerchant | None
    """None for platform users."""
    stores: list[ActorStore]
    features: list[ActorFeature]

    @property
    def id(self) -> UUID:
        """Whose requests are counted together by `limited`."""
        raise NotImplementedError

    @property
    def merchant_permissions(self) -> frozenset[str]:
        """What the principal may do for all stores of the merchant at once; nothing for platform users."""
        raise NotImplementedError

    def permissions_at(self, store: ActorStore) -> frozenset[str]:
        raise NotImplementedError

    def sign(self, origin: Origin) -> Origin:
        """The origin with the principal's ids and name."""
        raise NotImplementedError

    def has_feature(self, feature: str, store: ActorStore) -> bool:
        """Whether it is on at the store."""
        here = (each for each in self.features if each.store_id in {None, store.id})
        return is_enabled(feature, [(each.feature, each.store_id is not None, each.is_enabled) for each in here])
