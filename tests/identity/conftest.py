from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.world import PASSWORD
from tests.world.account import Account
from tests.world.caller import Json, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

SignInAs = Callable[..., Awaitable[Account]]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def account(shop: Shop, anonymous: AnonymousCaller) -> SignInAs:
    """`claire = await account("claire")`: a session that begins with the password, and says nothing of the browser."""

    async def sign_in_as(name: str, *, password: str = PASSWORD, user_agent: str = FIREFOX, **body: Any) -> Account:
        browser = anonymous.but(user_agent=user_agent)
        answer = await browser.sign_in(shop.emails[name], password, **body)
        return Account(anonymous.http, anonymous._promises, answer["token"], user_agent=user_agent)

    return sign_in_as


@pytest.fixture
async def claire(account: SignInAs) -> Account:
    """She has given her password a moment ago."""
    claire = await account("claire")
    await claire.confirm()
    return claire


async def next_step(caller: AnonymousCaller, email: str, password: str = PASSWORD) -> Json:
    """What the sign-in asks for after the password."""
    with refused("second_factor_required", 401) as said:
        await caller.sign_in(email, password)
    return said[0].facts


async def finish(caller: AnonymousCaller, step: Json, **factor: Any) -> Json:
    return await caller.post("/auth/sign-in/second-factor", {"attempt": step["attempt"]} | factor)
