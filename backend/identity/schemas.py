"""What signing in takes and shows."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body, Language
from backend.staff_pins.schemas import Pin


class SignIn(Body):
    email: Annotated[str, Meta(max_length=254, examples=["anna@fashion.example"])]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    totp: Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")] | None = None
    """Six digits of the authenticator, for users who have set one up."""


class ChangeMe(Body):
    language: Language
    """Of pages and mails, on every device."""


class OwnPin(Body):
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    """The one they sign in with: whoever finds a till open cannot take its person's PIN."""
    pin: Pin


class StoreAccess(Answer):
    """A store the user may work at, and what they may do there."""

    id: UUID
    code: str
    name: str
    timezone: str
    country: str
    """ISO 3166; of phone numbers told without their country's code."""
    language: str | None
    """Of those who have wished for none here; null: the merchant's."""
    permissions: list[str]


class UserView(Answer):
    id: UUID
    email: str
    name: str
    role: str
    """super_admin | platform_admin | merchant_owner | store_member"""
    language: str | None
    permissions: list[str]
    """Everything the user may do in at least one store (admins: on the platform)."""
    merchant: "MerchantRef | None"
    stores: list[StoreAccess]


class MerchantRef(Answer):
    id: UUID
    code: str
    name: str
    language: str


class SignInView(Answer):
    token: str
    """Opaque bearer token, shown once; send it as `Authorization: Bearer …`."""
    expires_at: datetime
    user: UserView
    known_device: str
    """Keep it, and send it as `Known-Device` when signing in again: it opens nothing."""
