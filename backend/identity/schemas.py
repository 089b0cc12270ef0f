"""Schemas of sign-in and of the user's own account."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.enums import Role, SessionKind
from backend.core.languages import Language, LanguageName
from backend.core.schemas import Answer, Body
from backend.staff_pins.schemas import Pin

TotpCode = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{6}$(?!\n)",
        extra={"format": "one-time-code"},
        description="Code of the authenticator app: six digits.",
    ),
]


class SignIn(Body):
    """A sign-in with email and password."""

    email: Annotated[str, Meta(max_length=254, examples=["anna@fashion.example"])]
    """Address of the person's account."""
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    """Password of the person's account."""
    totp: TotpCode | None = None
    """Code of the authenticator app, to sign in with one request. Null: it is asked for when it is needed."""
    merchant: Annotated[str, Meta(max_length=40, examples=["fashion-group"])] | None = None
    """Code of the merchant to work for. Without it: the merchant of the latest sign-in."""


class ChangeMe(Body):
    """What a person can change about themself without a confirmation."""

    language: Language
    """Language of pages and emails, on every device."""


class OwnPin(Body):
    """A new PIN of the person who has signed in."""

    pin: Pin
    """The new PIN, 4 to 8 digits. It replaces an earlier one at all stores."""


class ChosenMerchant(Body):
    """Which merchant to work for from now on."""

    merchant: Annotated[str, Meta(min_length=1, max_length=40, examples=["fashion-group"])]
    """Code of a merchant for which the person works."""


class StoreAccess(Answer):
    """A store where the user may work, with their permissions there."""

    id: UUID
    """Id of the store."""
    code: str
    """Code of the store, to be sent as `X-Store-Code`."""
    name: str
    """Name of the store."""
    timezone: str
    """IANA time zone of the store, such as `Europe/Luxembourg`. Its days begin and end there."""
    country: str
    """ISO 3166 code of the country whose prefix is assumed for phone numbers without one."""
    language: LanguageName | None
    """Language for readers without one of their own. Null: the merchant's."""
    permissions: list[str]
    """Codes of the person's permissions at this store."""


class UserView(Answer):
    """The person who has signed in: where they may work and what they may do."""

    id: UUID
    """Id of the person."""
    email: str
    """Address with which the person signs in."""
    name: str
    """Name of the person, as the history of cards shows it."""
    role: Role
    """`super_admin` and `platform_admin` work on the platform, `merchant_owner` and `store_member` for `merchant`."""
    language: LanguageName | None
    """Language of pages and emails. Null: the browser's."""
    permissions: list[str]
    """Codes of the permissions in at least one store; for administrators those on the platform."""
    merchant: "MerchantRef | None"
    """The merchant of this session. Null for administrators, unless they act on behalf of one."""
    stores: list[StoreAccess]
    """Stores where the person may work in this session."""
    merchants: "list[MerchantRef]" = []
    """All merchants for which the person works, by name."""
    session_kind: SessionKind = "password"
    """`password`: opens all that the role allows. `pin`: begun with a PIN at a till, and opens the till only."""
    lacks_second_factor: bool = False
    """True: the session opens nothing but setting up a second factor, which the role requires."""
    on_behalf: "OnBehalfView | None" = None
    """Set for an administrator who acts for `merchant`; otherwise null."""


class OnBehalfView(Answer):
    """An administrator acts for a merchant."""

    reason: str
    """Reason that the administrator gave, as the merchant's audit shows it."""
    ends_at: datetime
    """When acting for the merchant ends at the latest (UTC)."""


class MerchantRef(Answer):
    """A merchant, as other objects name it."""

    id: UUID
    """Id of the merchant."""
    code: str
    """Code of the merchant. It never changes."""
    name: str
    """Name of the merchant."""
    language: LanguageName
    """Language for readers without one of their own."""
    is_test: bool = False
    """True for a merchant to try Orion out with: lists mark it, its keys begin with `ok_test_`."""


class SessionView(Answer):
    """A session with its token."""

    token: str
    """Opaque bearer token, shown once. Send it as `Authorization: Bearer …`."""
    expires_at: datetime
    """When the token expires at the latest (UTC)."""
    user: UserView
    """The person who has signed in."""


class SignInView(SessionView):
    """A new session, and what recognizes this device at the next sign-in."""

    known_device: str
    """Store it and send it as `Known-Device` at the next sign-in. It grants no access."""
