"""Merchants, as administrators of the platform open and change them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from backend.administration.schemas.fields import Label, TimeZone
from backend.administration.schemas.programs import ProgramSummary, ProgramType
from backend.administration.schemas.stores import StoreDetail, StoreDraft
from backend.core.languages import Language, LanguageName
from backend.core.schemas import ONE_LINE, Answer, Body
from backend.identity.invitations.schemas import InvitationView, InvitedEmail, InvitedName
from backend.identity.members.schemas import MemberDetail
from backend.merchants.policy.schemas import PolicyDetail

GoLiveState = Literal["live", "not_live"]
NewMerchantCode = Annotated[
    str,
    Meta(
        max_length=40,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)",
        extra={"format": "lowercase-code"},
        examples=["bakery-thill"],
        description="Code of the merchant, in addresses of the API. It never changes.",
    ),
]
ContactEmail = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s]+$(?!\n)",
        extra={"format": "email"},
        description="Address that receives answers to emails to customers. Null: the platform's.",
    ),
]
PostalAddress = Annotated[
    str,
    Meta(
        max_length=300,
        pattern=ONE_LINE,
        extra={"format": "line"},
        description="Address in the footer of emails, on one line. Null: none.",
    ),
]


class OwnerDraft(Body, kw_only=True):
    """The owner, who is invited by email."""

    email: InvitedEmail
    name: InvitedName | None = None


class MerchantDraft(Body, kw_only=True):
    """A merchant, its first store, and the invitation of its owner."""

    name: Label
    """Name of the merchant, as customers see it."""
    code: NewMerchantCode
    timezone: TimeZone = "Europe/Luxembourg"
    language: Language
    """Language for readers without one of their own."""
    contact_email: ContactEmail | None = None
    postal_address: PostalAddress | None = None
    store: StoreDraft
    """The first store."""
    owner: OwnerDraft
    """Who is invited as owner."""
    program: ProgramType | None = None
    """Type of the program, which is made from a template: `stamps`, `points` or both (`hybrid`). Null: no program
    yet."""
    is_test: bool = False
    """True for a merchant to try Orion out with: lists mark it, its keys begin with `ok_test_`."""


class MerchantChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    name: Label | UnsetType = UNSET
    """Name of the merchant, as customers see it."""
    timezone: TimeZone | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    """Language for readers without one of their own."""
    contact_email: ContactEmail | UnsetType | None = UNSET
    postal_address: PostalAddress | UnsetType | None = UNSET
    is_test: bool | UnsetType = UNSET
    """True for a merchant to try Orion out with. It can be changed until something is booked."""


class MerchantListed(Answer):
    """A merchant in the list of all."""

    code: str
    """Code of the merchant. It never changes."""
    name: str
    """Name of the merchant."""
    state: GoLiveState
    """`live` when the program is open and loyalty is switched on at one store at least; otherwise `not_live`."""
    stores: int
    """Number of stores."""
    live_stores: int
    """Number of stores where loyalty is switched on."""
    members: int
    """Number of people who work for the merchant."""
    program: ProgramSummary | None
    """The merchant's program. Null when there is none."""
    created_at: datetime
    """When the merchant was opened (UTC)."""
    is_test: bool = False
    """True for a merchant to try Orion out with."""


class MerchantDetail(Answer):
    """A merchant as administrators see it. The `ETag` is its version in quotes."""

    code: str
    """Code of the merchant. It never changes."""
    name: str
    """Name of the merchant, as customers see it."""
    timezone: str
    """IANA time zone of the merchant, such as `Europe/Luxembourg`."""
    language: LanguageName
    """Language for readers without one of their own."""
    currency: str
    """ISO 4217 code of the currency of all amounts of the merchant."""
    contact_email: str | None
    """Address that receives answers to emails to customers. Null: the platform's."""
    postal_address: str | None
    """Address in the footer of emails, on one line. Null: none."""
    created_at: datetime
    """When the merchant was opened (UTC)."""
    version: int
    """Version of the row: send it in quotes as `If-Match` to change it."""
    stores: list[StoreDetail]
    """All stores, those that are closed included."""
    program: ProgramSummary | None
    """The merchant's program. Null when there is none."""
    policy: PolicyDetail
    """The merchant's rules for tills."""
    members: list[MemberDetail]
    """People who work for the merchant, by name; the first hundred."""
    invitations: list[InvitationView]
    """Invitations that were neither accepted nor withdrawn, newest first."""
    is_test: bool = False
    """True for a merchant to try Orion out with: lists mark it, its keys begin with `ok_test_`."""
