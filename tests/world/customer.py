"""A customer who signs in with a code by email."""

import re
from email.message import EmailMessage

from tests.doubles.smtp import PostOffice, text_of
from tests.world.caller import Caller, Json
from tests.world.till import AnonymousCaller

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
