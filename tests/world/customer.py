"""A customer who signs in with a code by email."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from backend.core.clock import clock
from backend.identity.customers.models import CustomerSession
from backend.identity.customers.tokens import new_token
from tests.doubles.smtp import PostOffice, text_of
from tests.world.caller import Caller, Json
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Card

CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
NOT_ME = re.compile(r"/account/not-me/([\w=-]+)")


class Customer(Caller):
    """With the token of a session."""

    async def account(self) -> Json:
        return await self.get("/storefront/account")

    async def sign_out(self) -> None:
        await self.post("/storefront/account/sign-out")

    async def sign_out_everywhere(self) -> None:
        await self.post("/storefront/account/sign-out-everywhere")


async def signed_in(shop: Shop, card: Card, until: datetime | None = None) -> Customer:
    """Without a code; for an hour, or until a moment."""
    token, now = new_token(shop.merchant_id), clock.now()
    row = CustomerSession(
        merchant_id=shop.merchant_id,
        id=token.id,
        token_hash=token.hash,
        customer_id=UUID(card["customer"]["id"]),
        created_at=now,
        expires_at=until or now + timedelta(hours=1),
    )
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        session.add(row)
    return Customer(shop.anna.http, shop.anna._promises, token.text)


async def ask_for_code(anonymous: AnonymousCaller, store_code: str, email: str, **body: str) -> str:
    """The attempt."""
    answer = await anonymous.post(f"/storefront/account/{store_code}/codes", {"email": email} | body)
    return str(answer["attempt"])


async def enter_code(anonymous: AnonymousCaller, attempt: str, code: str) -> Customer:
    answer = await anonymous.post("/storefront/account/sessions", {"attempt": attempt, "code": code})
    return Customer(anonymous.http, anonymous._promises, answer["token"])


def last_mail(post_office: PostOffice) -> EmailMessage:
    """The last one with a code."""
    return next(mail for mail in reversed(post_office.mails) if CODE.search(text_of(mail).replace("\r", "")))


def last_code(post_office: PostOffice) -> str:
    return found(CODE, last_mail(post_office))


def last_not_me(post_office: PostOffice) -> str:
    """The last part of the link."""
    return found(NOT_ME, last_mail(post_office))


def found(pattern: re.Pattern[str], mail: EmailMessage) -> str:
    match = pattern.search(text_of(mail).replace("\r", ""))
    assert match, pattern
    return match[1]


def another(code: str) -> str:
    """One that is wrong."""
    return f"{(int(code) + 1) % 10**6:06}"
