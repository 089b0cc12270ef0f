"""In production the platform's people sign in with a second factor, or do nothing but set one up."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from backend.core.clock import clock
from backend.staff.passwords import PasswordOwner, hash_new_password
from tests.conftest import OwnTown, Town
from tests.doubles.authenticator import Authenticator
from tests.identity.conftest import finish, next_step
from tests.world import ADA, CLAIRE
from tests.world.account import Account, six_digits
from tests.world.caller import refused
from tests.world.limits import forget_everything
from tests.world.platform import PRODUCTION

STRONG = "kettle orbit walnut fjord"


@pytest.fixture
async def production(own_town: OwnTown) -> AsyncIterator[Town]:
    """Everybody has a password that is not published."""
    async with own_town(**PRODUCTION) as town:
        stored = await hash_new_password(STRONG, PasswordOwner("x@x.example", "X"))
        await town.superuser.execute("UPDATE users SET password_hash = $1", stored)
        await forget_everything(town.services.redis)
        yield town


async def ada_in(town: Town) -> Account:
    answer = await town.anonymous.sign_in(ADA.email, STRONG)
    assert answer["user"]["lacks_second_factor"] is True
    return Account(town.anonymous.http, town.anonymous._promises, answer["token"])


async def test_without_a_second_factor_an_administrator_can_only_set_one_up(production: Town) -> None:
    ada = await ada_in(production)
    for method, path in (
        ("GET", "/admin/settings"),
        ("GET", "/admin/emails"),
        ("GET", "/auth/me/sessions"),
        ("PUT", "/auth/me/password"),
        ("POST", "/auth/me/recovery-codes"),
        ("GET", "/auth/permissions"),
    ):
        with refused("second_factor_missing", 403):
            await ada.ask(method, path, json={"password": STRONG} if method == "PUT" else None)
    limited = ada.token
    secret, codes = await ada.add_authenticator()
    assert len(codes) == 10
    assert await ada.get("/admin/settings")
    assert (await ada.get("/auth/me"))["lacks_second_factor"] is False
    with refused("unauthenticated", 401):
        await Account(ada.http, ada._promises, limited).factors()
    step = await next_step(production.anonymous, ADA.email, STRONG)
    answer = await finish(production.anonymous, step, totp=six_digits(secret))
    assert answer["user"]["lacks_second_factor"] is False


async def test_the_step_is_open_for_ten_minutes_and_then_asks_for_the_password(production: Town) -> None:
    ada = await ada_in(production)
    clock.move(timedelta(minutes=10))
    with refused("confirmation_required", 403):
        await ada.post("/auth/me/authenticator")
    await ada.confirm(STRONG)
    assert await ada.add_authenticator()


async def test_the_last_second_factor_of_an_administrator_stays(production: Town) -> None:
    ada = await ada_in(production)
    await ada.add_authenticator()
    assert (await ada.factors())["is_required"] is True
    with refused("last_second_factor", 409):
        await ada.ask("DELETE", "/auth/me/authenticator")
    await ada.add_passkey(passkey=Authenticator("https://cards.example", "cards.example"))
    await ada.ask("DELETE", "/auth/me/authenticator")
    (passkey,) = (await ada.factors())["passkeys"]
    with refused("last_second_factor", 409):
        await ada.ask("DELETE", f"/auth/me/passkeys/{passkey['id']}")
    assert (await ada.factors())["recovery_codes_left"] == 10


async def test_merchants_people_choose_for_themselves(production: Town) -> None:
    answer = await production.anonymous.sign_in(CLAIRE.email, STRONG)
    claire = Account(production.anonymous.http, production.anonymous._promises, answer["token"])
    assert answer["user"]["lacks_second_factor"] is False
    assert (await claire.factors())["is_required"] is False
    await claire.confirm(STRONG)
    await claire.add_authenticator()
    await claire.ask("DELETE", "/auth/me/authenticator")


async def test_a_person_who_becomes_an_administrator_needs_one_from_the_next_request_on(production: Town) -> None:
    """A session knows how it began: nobody's present session is more than that."""
    answer = await production.anonymous.sign_in(ADA.email, STRONG)
    ada = Account(production.anonymous.http, production.anonymous._promises, answer["token"])
    await production.superuser.execute("UPDATE access_tokens SET second_factor = 'totp'")
    assert await ada.get("/admin/settings")
    await production.superuser.execute("UPDATE access_tokens SET second_factor = NULL")
    with refused("second_factor_missing", 403):
        await ada.get("/admin/settings")
