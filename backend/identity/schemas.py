"""Schemas of sign-in and of the user's own account."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body, Language
from backend.staff_pins.schemas import Pin

TotpCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)", extra={"format": "one-time-code"})]
"""Six digits."""


class SignIn(Body):
    email: Annotated[str, Meta(max_length=254, examples=["anna@fashion.example"])]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    totp: TotpCode | None = None
    """Of the authenticator app, for a sign-in in one step."""
    merchant: Annotated[str, Meta(max_length=40, examples=["fashion-group"])] | None = None
    """Code of the merchant to work for; otherwise the one of the latest sign-in."""


class ChangeMe(Body):
    language: Language
    """Language of pages and emails, on every device."""


class OwnPin(Body):
    pin: Pin


class ChosenMerchant(Body):
    merchant: Annotated[str, Meta(min_length=1, max_length=40, examples=["fashion-group"])]
    """Code of a merchant for whom the user works."""


class StoreAccess(Answer):
    """A store where the user may work, with their permissions there."""

    id: UUID
    code: str
    name: str
    timezone: str
    country: str
    """ISO 3166; the country of phone numbers without a country code."""
    language: str | None
    """For readers without a language of their own; null: the merchant's."""
    permissions: list[str]


class UserView(Answer):
    id: UUID
    email: str
    name: str
    role: str
    """super_admin | platform_admin | merchant_owner | store_member"""
    language: str | None
    permissions: list[str]
    """The user's permissions in at least one store; for admins on the platform."""
    merchant: "MerchantRef | None"
    """The merchant of this session; null for admins."""
    stores: list[StoreAccess]
    merchants: "list[MerchantRef]" = []
    """All merchants for whom the user works, by name."""
    session_kind: str = "password"
    """password | pin: a PIN opens the till only."""
    lacks_second_factor: bool = False
    """The session opens nothing but the setting up of a second factor."""
    on_behalf: "OnBehalfView | None" = None
    """Set for an administrator who acts for `merchant`."""


class OnBehalfView(Answer):
    reason: str
    ends_at: datetime
    """At the latest."""


class MerchantRef(Answer):
    id: UUID
    code: str
    name: str
    language: str


class SessionView(Answer):
    token: str
    """Opaque bearer token, shown once; send it as `Authorization: Bearer …`."""
    expires_at: datetime
    user: UserView


class SignInView(SessionView):
    known_device: str
    """Store it and send it as `Known-Device` at the next sign-in. It grants no access."""
