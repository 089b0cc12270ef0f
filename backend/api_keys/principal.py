"""The API key that makes a request, as `api_key_by_secret` returns it."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from backend.access.guards import API_KEYS
from backend.access.principal import ActorStore, Principal
from backend.access.problems import NotForApiKeys
from backend.core.origin import Origin
from backend.core.platform_settings import LimitSetting


class ApiKeyPrincipal(Principal, frozen=True, kw_only=True):
    opened_by: ClassVar[str | None] = API_KEYS
    refusal = NotForApiKeys
    own_limit: ClassVar[tuple[str, LimitSetting] | None] = ("api-key", lambda limits: limits.api_key_per_minute)

    key_id: UUID
    name: str
    mode: str
    permissions: list[str]
    is_at_all_stores: bool
    is_over: bool
    """Revoked, expired, or of the other mode than its merchant."""
    expires_at: datetime | None

    @property
    def id(self) -> UUID:
        return self.key_id

    @property
    def merchant_permissions(self) -> frozenset[str]:
        """None for a key of single stores: the office shows all of them."""
        return frozenset(self.permissions) if self.is_at_all_stores else frozenset()

    def permissions_at(self, store: ActorStore) -> frozenset[str]:  # noqa: ARG002 - the same at each of its stores
        return frozenset(self.permissions)

    def sign(self, origin: Origin) -> Origin:
        return replace(origin, api_key_id=self.key_id, user_name=self.name)
