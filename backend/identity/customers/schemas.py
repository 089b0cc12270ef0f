"""Signing in as a customer, and the customer's account."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Answer, Body, Language
from backend.loyalty.customers.schemas import Email
from backend.loyalty.till.schemas import CardPage

Token = Annotated[str, Meta(max_length=200)]


class SignInCodeRequest(Body):
    email: Email
    attempt: Token | None = None
    """Of this browser's last request: its code is not valid any more."""


class SignInAttempt(Answer):
    """The same whether or not somebody has that email."""

    attempt: str
    """Sent back with the code. The code is valid with this one only."""
    expires_at: datetime


class CustomerSignInBody(Body):
    attempt: Token
    code: Annotated[str, Meta(min_length=1, max_length=40, examples=["482913"])]
    """Six digits; spaces in between are ignored."""


class CustomerSignInView(Answer):
    token: str
    expires_at: datetime


class OwnAccount(Answer):
    """A customer of one merchant."""

    merchant_name: str
    email: str
    language: str
    cards: list[CardPage]
    """Those in use: of a merged card the one that goes on in its place."""


class ChangeOwnAccount(Body):
    language: Language
    """Of the customer's pages, mails and passes."""


class NotMe(Body):
    token: Token
    """The last part of the link in the email."""


class NotMeView(Answer):
    """What was ended."""

    asked_at: datetime
    """When the code was asked for."""
    code_ended: bool
    """The code was still valid."""
    sessions_ended: int
    """Sessions begun since then, or in the last hour."""
