"""Signing in as a customer, and the customer's account."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from backend.core.languages import Language, LanguageName
from backend.core.schemas import Answer, Body
from backend.loyalty.customers.schemas import Email
from backend.loyalty.till.schemas import CardPage

Token = Annotated[str, Meta(max_length=200)]


class SignInCodeRequest(Body):
    """A customer asks for a sign-in code by email."""

    email: Email
    """Address of the customer's account, to which the code is sent."""
    attempt: Token | None = None
    """`attempt` of this browser's previous request. Its code becomes invalid."""


class SignInAttempt(Answer):
    """The same answer whether or not somebody has that email."""

    attempt: str
    """Keep it and send it back with the code, which is valid together with this attempt only."""
    expires_at: datetime
    """When the code expires (UTC)."""


class CustomerSignInBody(Body):
    """The code from the email, with the attempt for which it was sent."""

    attempt: Token
    """`attempt` from the answer to the request for the code."""
    code: Annotated[str, Meta(min_length=1, max_length=40, examples=["482913"])]
    """The six digits of the email. Spaces between them are ignored."""


class CustomerSignInView(Answer):
    """A session of the customer."""

    token: str
    """Opaque bearer token, shown once. Send it as `Authorization: Bearer …`."""
    expires_at: datetime
    """When the token expires (UTC), 30 days after signing in."""


class OwnAccount(Answer):
    """The account of a customer at one merchant."""

    merchant_name: str
    """Name of the merchant."""
    email: str
    """The customer's address, with which they sign in."""
    language: LanguageName
    """Language of the customer's pages, emails and passes."""
    cards: list[CardPage]
    """The customer's cards in use. A merged card is represented by the card that it was merged into."""


class ChangeOwnAccount(Body):
    """What a customer can change on the account."""

    language: Language
    """Language of the customer's pages, emails and passes."""


class NotMe(Body):
    """Sent when a customer did not ask for the code in an email."""

    token: Token
    """The last part of the link in the email."""


class NotMeView(Answer):
    """What was ended."""

    asked_at: datetime
    """When the code was asked for (UTC)."""
    code_ended: bool
    """True when the code was still valid. It is not any more."""
    sessions_ended: int
    """Number of sessions that were ended: those begun since the request, or in the last hour."""
