"""A session whose rights change has a new token; the former one opens nothing, and no limit begins anew."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from backend.identity.factors.tries import TRIES_MAX
from tests.conftest import OpenShop
from tests.identity.conftest import SignInAs
from tests.world import PASSWORD
from tests.world.account import Account
from tests.world.caller import outcome, refused
from tests.world.memberships import join
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Till


@pytest.fixture
async def two_shops(opened: OpenShop, superuser: asyncpg.Connection) -> tuple[Shop, Shop]:
    """Anna works at both, in the second one at the outlet, where Luc has a PIN."""
    here, there = await opened(), await opened(policy={"staff_pin_policy": "optional"})
    await join(superuser, here, there)
    await there.give_pin("luc", "1357")
    return here, there


async def anna_at(shop: Shop, anonymous: AnonymousCaller) -> Till:
    token = (await anonymous.sign_in(shop.emails["anna"], PASSWORD, merchant=shop.code))["token"]
    return Till(anonymous.http, anonymous._promises, token)


async def change_to(shop: Shop, session: Till) -> Till:
    token = (await session.post("/auth/merchant", {"merchant": shop.code}))["token"]
    return Till(session.http, session._promises, token)


async def test_what_may_be_done_after_a_confirmation_a_stolen_token_from_before_may_not(account: SignInAs) -> None:
    claire = await account("claire")
    stolen = Account(claire.http, claire._promises, claire.token)
    await claire.confirm()
    with refused("unauthenticated", 401):
        await stolen.factors()
    await claire.add_authenticator()


async def test_a_session_is_traded_once_however_many_ask(
    two_shops: tuple[Shop, Shop], anonymous: AnonymousCaller
) -> None:
    here, there = two_shops
    anna = await anna_at(here, anonymous)
    said = await asyncio.gather(*(outcome(change_to(there, anna)) for _ in range(6)))
    assert sorted(said) == ["booked"] + ["unauthenticated"] * 5


async def test_who_signs_out_while_changing_merchants_is_out(
    two_shops: tuple[Shop, Shop], anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there = two_shops
    anna = await anna_at(here, anonymous)
    async with superuser.transaction():
        await superuser.execute(
            "UPDATE access_tokens SET revoked_at = $2 WHERE token_hash = sha256(convert_to($1, 'UTF8'))",
            anna.token,
            clock.now(),
        )
        changing = asyncio.create_task(outcome(change_to(there, anna)))
        while not await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not changing.done()
    assert await changing == "unauthenticated"


async def test_twelve_hours_of_pins_are_counted_from_the_password_also_after_a_change_of_merchants(
    two_shops: tuple[Shop, Shop], anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, there = two_shops
    anna = await anna_at(here, anonymous)
    longer = "UPDATE access_tokens SET expires_at = expires_at + interval '5 days' WHERE user_id = $1"
    await superuser.execute(longer, here.user_ids["anna"])
    clock.move(timedelta(hours=11, minutes=50))
    for shop in (there, here, there):
        anna = await change_to(shop, anna)
    luc = await anna.take_over(there.user_ids["luc"], "1357")
    clock.move(timedelta(minutes=11))
    with refused("session_expired", 401):
        await luc.me()
    late = await change_to(there, await anna_at(here, anonymous))
    clock.move(timedelta(hours=11, minutes=50))
    await late.take_over(there.user_ids["luc"], "1357")


async def test_changing_merchants_gives_no_new_guesses_at_a_second_factor(
    two_shops: tuple[Shop, Shop], anonymous: AnonymousCaller
) -> None:
    here, there = two_shops
    token = (await anna_at(here, anonymous)).token
    anna = Account(anonymous.http, anonymous._promises, token)
    await anna.confirm()
    await anna.add_authenticator()
    said = []
    for number in range(TRIES_MAX + 2):
        clock.move(timedelta(seconds=20))
        wrong = {"password": PASSWORD, "totp": "000000"}
        said.append(await outcome(anna.post("/auth/me/confirmation", wrong)))
        shop = there if number % 2 == 0 else here
        anna.token = (await anna.post("/auth/merchant", {"merchant": shop.code}))["token"]
    assert said == ["second_factor_refused"] * TRIES_MAX + ["rate_limited"] * 2
