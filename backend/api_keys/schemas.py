"""API keys, as the owner sees and changes them, and as the key sees itself."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import ONE_LINE, Answer, Body

KeyName = Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE, examples=["Web shop"])]
KeyPermissions = Annotated[
    list[Annotated[str, Meta(max_length=100, examples=["loyalty.manage_cards"])]], Meta(min_length=1, max_length=100)
]
Moment = Annotated[datetime, Meta(tz=True)]
KeyStores = Annotated[list[UUID], Meta(min_length=1, max_length=200)]


class ApiKeyDraft(Body, kw_only=True):
    name: KeyName
    permissions: KeyPermissions
    store_ids: KeyStores | None = None
    """Null: all stores, also later ones, and what the office shows of the whole merchant."""
    expires_at: Moment | None = None
    """Null: never."""


class ApiKeyChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    name: KeyName | UnsetType = UNSET
    permissions: KeyPermissions | UnsetType = UNSET
    store_ids: KeyStores | UnsetType | None = UNSET
    expires_at: Moment | UnsetType | None = UNSET


class ApiKeyRotation(Body):
    overlap_hours: Annotated[int, Meta(ge=0, le=168)] = 24
    """How long the secret that is replaced works beside the new one; 0: it stops at once."""


class ApiKeyDetail(Answer, kw_only=True):
    """The `ETag` is the version in quotes."""

    id: UUID
    name: str
    mode: str
    """live | test: as the merchant."""
    prefix: str
    """The first letters of the secret."""
    state: str
    """active | expired | revoked"""
    store_ids: list[UUID] | None
    permissions: list[str]
    created_by: str | None
    """Name of the person."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""
    previous_until: datetime | None
    """Until when the secret before the last rotation works; null when it does not."""
    revoked_at: datetime | None
    version: int


class ApiKeySecret(ApiKeyDetail, kw_only=True):
    secret: str
    """Shown this once: Orion keeps its hash only."""


class ApiKeyList(Answer):
    data: list[ApiKeyDetail]


class OwnKeyStore(Answer):
    id: UUID
    code: str
    name: str
    is_live: bool
    """Loyalty is switched on: bookings are taken."""


class OwnApiKey(Answer, kw_only=True):
    """Who the caller is."""

    id: UUID
    name: str
    mode: Literal["live", "test"]
    merchant_code: str
    merchant_name: str
    stores: list[OwnKeyStore]
    """Of several, name one in `X-Store-Code`."""
    permissions: list[str]
    expires_at: datetime | None
