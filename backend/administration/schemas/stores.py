"""Stores, as administrators of the platform open and change them."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.administration.schemas.fields import Country, Label, TimeZone
from backend.core.languages import Language, LanguageName
from backend.core.schemas import Answer, Body

NewStoreCode = Annotated[
    str,
    Meta(
        max_length=40,
        pattern=r"^[A-Z0-9]{2,40}$(?!\n)",
        extra={"format": "uppercase-code"},
        examples=["THILLGARE"],
        description="Code of the store, on posters and in addresses; unique on the platform. It never changes.",
    ),
]


class StoreDraft(Body, kw_only=True):
    """A new store of a merchant."""

    name: Label
    """Name of the store, as customers see it."""
    code: NewStoreCode
    timezone: TimeZone | None = None
    """IANA time zone of the store. Null: the merchant's."""
    country: Country = "LU"
    language: Language | None = None
    """Language for readers without one of their own. Null: the merchant's."""
    is_live: bool = False
    """True switches loyalty on at once."""


class StoreChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    name: Label | UnsetType = UNSET
    """Name of the store, as customers see it."""
    timezone: TimeZone | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    language: Language | UnsetType | None = UNSET
    """Language for readers without one of their own. Null: the merchant's."""
    is_active: bool | UnsetType = UNSET
    """False closes the store: nobody can work there, and its join page is gone."""


class StoreDetail(Answer):
    """A store as administrators see it. The `ETag` is its version in quotes."""

    id: UUID
    """Id of the store."""
    code: str
    """Code of the store, on posters and in the address of its join page. It never changes."""
    name: str
    """Name of the store, as customers see it."""
    timezone: str
    """IANA time zone of the store, such as `Europe/Luxembourg`."""
    country: str
    """ISO 3166 code of the country whose prefix is assumed for phone numbers without one."""
    language: LanguageName | None
    """Language for readers without one of their own. Null: the merchant's."""
    is_active: bool
    """False when the store is closed: nobody can work there, and its join page is gone."""
    is_live: bool
    """True when loyalty is switched on at the store."""
    version: int
    """Version of the row: send it in quotes as `If-Match` to change it."""
