"""Nobody guesses a second factor, and nobody who guesses keeps its person out."""

import asyncio
from datetime import timedelta

from backend.core.clock import clock
from backend.core.platform_settings import LimitSettings
from backend.identity.factors.tries import TRIES_MAX
from tests.identity.conftest import finish, next_step
from tests.world import PASSWORD
from tests.world.account import Account, six_digits
from tests.world.caller import Json, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

WRONG = {"totp": "000000"}


async def guess(mallory: AnonymousCaller, step: Json, times: int) -> list[int]:
    body = {"attempt": step["attempt"], "recovery_code": "AAAA-AAAA"}
    answers = [await mallory.send("POST", "/auth/sign-in/second-factor", json=body) for _ in range(times)]
    return [answer.status_code for answer in answers]


async def test_somebody_who_knows_the_password_guesses_ten_times_an_hour_from_anywhere(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    await claire.add_authenticator()
    said = []
    for number in range(4):
        mallory = anonymous.but(x_forwarded_for=f"203.0.113.{number}")
        said += await guess(mallory, await next_step(mallory, shop.emails["claire"]), 4)
    assert said == [403] * TRIES_MAX + [429] * (16 - TRIES_MAX)
    clock.move(timedelta(minutes=59))
    late = anonymous.but(x_forwarded_for="203.0.113.9")
    assert await guess(late, await next_step(late, shop.emails["claire"]), 1) == [429]
    clock.move(timedelta(minutes=1))
    assert await guess(late, await next_step(late, shop.emails["claire"]), 1) == [403]


async def test_all_at_once_are_ten_too(shop: Shop, claire: Account, anonymous: AnonymousCaller) -> None:
    await claire.add_authenticator()
    steps = [
        await next_step(anonymous.but(x_forwarded_for=f"203.0.113.{number}"), shop.emails["claire"])
        for number in range(5)
    ]
    answers = await asyncio.gather(*(guess(anonymous, step, 1) for step in steps for _ in range(5)))
    assert sorted(status for said in answers for status in said) == [403] * TRIES_MAX + [429] * (25 - TRIES_MAX)


async def test_the_browser_that_claire_uses_is_counted_by_itself(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    known = (await anonymous.sign_in(shop.emails["claire"], PASSWORD))["known_device"]
    secret, _ = await claire.add_authenticator()
    mallory = anonymous.but(x_forwarded_for="203.0.113.7")
    step = await next_step(mallory, shop.emails["claire"])
    assert (await guess(mallory, step, 11))[-1] == 429
    with refused("rate_limited", 429):
        await finish(mallory, await next_step(mallory, shop.emails["claire"]), totp=six_digits(secret))
    at_home = anonymous.but(known_device=known)
    assert await finish(at_home, await next_step(at_home, shop.emails["claire"]), totp=six_digits(secret))


async def test_a_right_code_ends_the_count(shop: Shop, claire: Account, anonymous: AnonymousCaller) -> None:
    _, codes = await claire.add_authenticator()
    for code in codes[:2]:
        step = await next_step(anonymous, shop.emails["claire"])
        assert await guess(anonymous, step, 8) == [403] * 8
        assert await finish(anonymous, step, recovery_code=code)


async def test_a_code_at_once_is_counted_like_one_in_a_step(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    await claire.add_authenticator()
    said = []
    for number in range(TRIES_MAX + 2):
        mallory = anonymous.but(x_forwarded_for=f"203.0.113.{number}")
        body = {"email": shop.emails["claire"], "password": PASSWORD} | WRONG
        said.append((await mallory.send("POST", "/auth/sign-in", json=body)).status_code)
    assert said == [401] * TRIES_MAX + [429] * 2


async def test_an_open_session_guesses_no_password_and_no_code(claire: Account) -> None:
    await claire.add_authenticator()
    said = [
        (await claire.send("POST", "/auth/me/confirmation", json={"password": "wrong"})).status_code for _ in range(6)
    ]
    assert said == [403] * 4 + [429] * 2, "the fixture has asked once"


async def test_a_stranger_without_the_password_takes_no_try_from_claire(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    """Somebody unknown has no attempt to guess with."""
    secret, _ = await claire.add_authenticator()
    for number in range(30):
        unknown = anonymous.but(x_forwarded_for=f"203.0.113.{number}")
        with refused("step_ended", 410):
            await finish(unknown, {"attempt": f"{number}"}, totp="123456")
    assert await finish(anonymous, await next_step(anonymous, shop.emails["claire"]), totp=six_digits(secret))


async def test_steps_that_a_network_makes_up_are_limited(anonymous: AnonymousCaller) -> None:
    mallory = anonymous.but(x_forwarded_for="203.0.113.8")
    allowed = LimitSettings().card_page_per_minute
    said = [(await guess(mallory, {"attempt": f"{number}"}, 1))[0] for number in range(allowed + 1)]
    assert said == [410] * allowed + [429]


async def test_passkey_attempts_of_one_network_are_limited(anonymous: AnonymousCaller) -> None:
    body = {"step": "x", "credential": {"rawId": "AAAA"}}
    said = [(await anonymous.send("POST", "/auth/sign-in/passkey", json=body)).status_code for _ in range(12)]
    assert said[:5] == [410] * 5
    assert said[-1] == 429
