"""Merchants and their stores, as administrators of the platform open and change them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import ONE_LINE, Answer, Body, Language
from backend.identity.invitations.schemas import InvitationView, InvitedEmail, InvitedName
from backend.identity.members.schemas import MemberDetail
from backend.merchants.policy.schemas import PolicyDetail

ProgramType = Literal["stamps", "points", "hybrid"]
GoLiveState = Literal["live", "not_live"]
Label = Annotated[str, Meta(max_length=100, pattern=ONE_LINE, extra={"format": "line"})]
NewMerchantCode = Annotated[
    str,
    Meta(
        max_length=40,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)",
        extra={"format": "lowercase-code"},
        examples=["bakery-thill"],
    ),
]
"""In addresses of the API. It stays."""
NewStoreCode = Annotated[
    str,
    Meta(max_length=40, pattern=r"^[A-Z0-9]{2,40}$(?!\n)", extra={"format": "uppercase-code"}, examples=["THILLGARE"]),
]
"""On posters and in the address of the join page; unique on the platform. It stays."""
TimeZone = Annotated[str, Meta(max_length=64, examples=["Europe/Luxembourg"])]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", extra={"format": "country"}, examples=["LU"])]
"""ISO 3166; the country of phone numbers without a country code."""
ContactEmail = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$(?!\n)", extra={"format": "email"})]
PostalAddress = Annotated[str, Meta(max_length=300, pattern=ONE_LINE, extra={"format": "line"})]


class StoreDraft(Body, kw_only=True):
    name: Label
    code: NewStoreCode
    timezone: TimeZone | None = None
    """Null: the merchant’s."""
    country: Country = "LU"
    language: Language | None = None
    """For readers without a language of their own; null: the merchant’s."""
    is_live: bool = False
    """Loyalty is switched on."""


class OwnerDraft(Body, kw_only=True):
    """Is invited by email."""

    email: InvitedEmail
    name: InvitedName | None = None


class MerchantDraft(Body, kw_only=True):
    """A merchant, its first store, and the invitation of its owner."""

    name: Label
    code: NewMerchantCode
    timezone: TimeZone = "Europe/Luxembourg"
    language: Language
    contact_email: ContactEmail | None = None
    postal_address: PostalAddress | None = None
    store: StoreDraft
    owner: OwnerDraft
    program: ProgramType | None = None
    """Made from a template; null: later."""


class MerchantChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    name: Label | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    contact_email: ContactEmail | UnsetType | None = UNSET
    """Where answers to emails to customers go; null: to the platform."""
    postal_address: PostalAddress | UnsetType | None = UNSET
    """On one line, for the footer of emails."""


class StoreChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    name: Label | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    language: Language | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    """False: the store is closed. Nobody can work there, and its join page is gone."""


class TemplateChoice(Body):
    type: ProgramType


class ProgramSummary(Answer):
    type: ProgramType
    name: str
    is_active: bool


class StoreDetail(Answer):
    id: UUID
    code: str
    name: str
    timezone: str
    country: str
    language: str | None
    is_active: bool
    is_live: bool
    version: int


class MerchantListed(Answer):
    """`live`: at least one store is."""

    code: str
    name: str
    state: GoLiveState
    stores: int
    live_stores: int
    members: int
    program: ProgramSummary | None
    created_at: datetime


class MerchantDetail(Answer):
    code: str
    name: str
    timezone: str
    language: str
    currency: str
    contact_email: str | None
    postal_address: str | None
    created_at: datetime
    version: int
    stores: list[StoreDetail]
    program: ProgramSummary | None
    policy: PolicyDetail
    members: list[MemberDetail]
    """The first hundred, by name."""
    invitations: list[InvitationView]
