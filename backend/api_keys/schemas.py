"""API keys, as the owner sees and changes them, and as the key sees itself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.enums import one_of
from backend.core.moments import Moment
from backend.core.schemas import ONE_LINE, Answer, Body

KeyName = Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE, examples=["Web shop"])]
KeyPermissions = Annotated[
    list[Annotated[str, Meta(max_length=100)]],
    Meta(min_length=1, max_length=100, examples=[["loyalty.manage_cards"]]),
]
ApiKeyMode = Annotated[str, one_of("ApiKeyMode", "live", "test")]
ApiKeyState = Annotated[str, one_of("ApiKeyState", "active", "expired", "revoked")]
KeyStores = Annotated[list[UUID], Meta(min_length=1, max_length=200)]


class ApiKeyDraft(Body, kw_only=True):
    """A new API key."""

    name: KeyName
    """Name by which the owner recognizes the key, such as the system that uses it."""
    permissions: KeyPermissions
    """Codes of what the key may do, of those with `is_for_api_keys` in the list of permissions."""
    store_ids: KeyStores | None = None
    """Ids of its stores. Null: all stores, also later ones, and what the office shows of the whole merchant."""
    expires_at: Moment | None = None
    """From then on the key is refused. Null: never."""


class ApiKeyChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    name: KeyName | UnsetType = UNSET
    """Name by which the owner recognizes the key, such as the system that uses it."""
    permissions: KeyPermissions | UnsetType = UNSET
    """Codes of what the key may do, of those with `is_for_api_keys` in the list of permissions."""
    store_ids: KeyStores | UnsetType | None = UNSET
    """Ids of its stores. Null: all stores, also later ones, and what the office shows of the whole merchant."""
    expires_at: Moment | UnsetType | None = UNSET
    """From then on the key is refused. Null: never."""


class ApiKeyRotation(Body):
    """A new secret for the key."""

    overlap_hours: Annotated[int, Meta(ge=0, le=168)] = 24
    """Hours for which the secret that is replaced works beside the new one. 0: it stops at once."""


class ApiKeyDetail(Answer, kw_only=True):
    """An API key without its secret. The `ETag` is the version in quotes."""

    id: UUID
    """Id of the API key."""
    name: str
    """Name that the owner gave it."""
    mode: ApiKeyMode
    """`test` for a key of a test merchant, else `live`."""
    prefix: str
    """First letters of the secret, to recognize it by."""
    state: ApiKeyState
    """`expired` and `revoked` keys are refused."""
    store_ids: list[UUID] | None
    """Ids of its stores. Null: all stores, also later ones, and what the office shows of the whole merchant."""
    permissions: list[str]
    """Codes of what the key may do."""
    created_by: str | None
    """Name of the person who made it. Null after they have left."""
    created_at: datetime
    """When it was made (UTC)."""
    expires_at: datetime | None
    """From then on the key is refused (UTC). Null: never."""
    last_used_at: datetime | None
    """When a request last used it (UTC), to the minute. Null: never."""
    secret_used_at: datetime | None
    """When a request first used the present secret (UTC). Null: the system does not use it yet."""
    previous_until: datetime | None
    """Until then the secret before the last rotation works (UTC). Null: it does not."""
    revoked_at: datetime | None
    """When it was revoked (UTC). Null: it was not."""
    version: int
    """Number of the version, for `If-Match`."""


class ApiKeySecret(ApiKeyDetail, kw_only=True):
    """An API key with its secret."""

    secret: str
    """The secret to send as bearer token. Shown this once: Orion keeps its hash only."""


class ApiKeyList(Answer):
    """All API keys of the merchant."""

    data: list[ApiKeyDetail]
    """Newest first, with expired and revoked ones."""


class OwnKeyStore(Answer):
    """A store of the API key."""

    id: UUID
    """Id of the store."""
    code: str
    """Code of the store, for `X-Store-Code`."""
    name: str
    """Name of the store."""
    is_live: bool
    """True when loyalty is switched on: bookings are taken."""


class OwnApiKey(Answer, kw_only=True):
    """The API key that makes the request."""

    id: UUID
    """Id of the API key."""
    name: str
    """Name that the owner gave it."""
    mode: ApiKeyMode
    """`test` for a key of a test merchant, else `live`."""
    merchant_code: str
    """Code of the merchant."""
    merchant_name: str
    """Name of the merchant."""
    stores: list[OwnKeyStore]
    """Stores of the key. Where there are several, name one in `X-Store-Code`."""
    permissions: list[str]
    """Codes of what the key may do."""
    expires_at: datetime | None
    """From then on the key is refused (UTC). Null: never."""
