"""An authenticator app beside the password."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from backend.core.clock import clock
from backend.identity.factors.totp import new_secret, step_of
from backend.identity.problems import SecondFactorRefused
from tests.identity.conftest import SignInAs, finish, next_step
from tests.world import PASSWORD
from tests.world.account import Account, six_digits
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def test_claire_sets_up_an_authenticator_and_signs_in_with_it(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    secret, recovery_codes = await claire.add_authenticator()
    assert len(set(recovery_codes)) == 10
    factors = await claire.factors()
    assert (factors["has_authenticator"], factors["recovery_codes_left"], factors["is_required"]) == (True, 10, False)
    step = await next_step(anonymous, shop.emails["claire"])
    assert (step["methods"], step["passkey"]) == (["totp", "recovery_code"], None)
    answer = await finish(anonymous, step, totp=six_digits(secret))
    assert answer["user"]["email"] == shop.emails["claire"]
    assert answer["known_device"]


async def test_an_authenticator_counts_once_a_code_of_it_has_been_sent(claire: Account) -> None:
    offer = await claire.post("/auth/me/authenticator")
    assert offer["address"].startswith("otpauth://totp/Orion:claire")
    assert (await claire.factors())["has_authenticator"] is False
    with refused("second_factor_refused", 403):
        await claire.ask(
            "PUT",
            "/auth/me/authenticator",
            json={"enrollment": offer["enrollment"], "code": six_digits(offer["secret"], seconds=300)},
        )
    assert (await claire.factors())["has_authenticator"] is False


async def test_an_offered_secret_is_of_one_person_and_of_half_an_hour(claire: Account, account: SignInAs) -> None:
    offer = await claire.post("/auth/me/authenticator")
    luc = await account("luc")
    await luc.confirm()
    body = {"enrollment": offer["enrollment"], "code": six_digits(offer["secret"])}
    for enrollment in (offer["enrollment"], "nonsense"):
        with refused("step_ended", 410):
            await luc.ask("PUT", "/auth/me/authenticator", json=body | {"enrollment": enrollment})
    clock.move(timedelta(minutes=30))
    await claire.confirm()
    with refused("step_ended", 410):
        await claire.ask("PUT", "/auth/me/authenticator", json=body | {"code": six_digits(offer["secret"])})


async def test_the_code_that_set_it_up_signs_nobody_in(shop: Shop, claire: Account, anonymous: AnonymousCaller) -> None:
    secret, _ = await claire.add_authenticator()
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(shop.emails["claire"], PASSWORD, totp=six_digits(secret, seconds=-30))


async def test_a_code_works_once_and_a_later_step_does_not_bring_it_back(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    secret, _ = await claire.add_authenticator()
    email, code = shop.emails["claire"], six_digits(secret)
    await finish(anonymous, await next_step(anonymous, email), totp=code)
    step = await next_step(anonymous, email)
    with refused("second_factor_refused", 403):
        await finish(anonymous, step, totp=code)
    assert await finish(anonymous, step, totp=six_digits(secret, seconds=30)), "a typing error ends no step"


async def test_of_four_who_send_one_code_at_once_one_gets_in(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    secret, _ = await claire.add_authenticator()
    steps = [await next_step(anonymous, shop.emails["claire"]) for _ in range(4)]
    code = six_digits(secret)
    answers = await asyncio.gather(
        *(
            anonymous.send("POST", "/auth/sign-in/second-factor", json={"attempt": step["attempt"], "totp": code})
            for step in steps
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403]


async def test_a_step_lasts_five_minutes_works_once_and_is_no_password(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    secret, _ = await claire.add_authenticator()
    step = await next_step(anonymous, shop.emails["claire"])
    with refused("unauthenticated", 401):
        await Account(anonymous.http, anonymous._promises, step["attempt"]).factors()
    await finish(anonymous, step, totp=six_digits(secret))
    for attempt in (step["attempt"], "nonsense"):
        with refused("step_ended", 410):
            await finish(anonymous, {"attempt": attempt}, totp=six_digits(secret, seconds=30))
    late = await next_step(anonymous, shop.emails["claire"])
    clock.move(timedelta(minutes=5))
    with refused("step_ended", 410):
        await finish(anonymous, late, totp=six_digits(secret))


async def test_without_it_the_password_is_enough_again(shop: Shop, claire: Account, anonymous: AnonymousCaller) -> None:
    await claire.add_authenticator()
    await claire.ask("DELETE", "/auth/me/authenticator")
    assert (await claire.factors())["recovery_codes_left"] == 0
    assert (await anonymous.sign_in(shop.emails["claire"], PASSWORD))["token"]


async def test_the_secret_is_stored_sealed_only(claire: Account, superuser: asyncpg.Connection) -> None:
    secret, codes = await claire.add_authenticator()
    tables = ("users", "recovery_codes", "audit_entries", "access_tokens")
    kept = [await superuser.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t") or "" for table in tables]
    for hidden in (secret, codes[0], codes[0].replace("-", "")):
        assert not any(hidden in text for text in kept)


async def test_a_new_factor_renews_the_token_and_its_rest_of_time(
    shop: Shop, claire: Account, superuser: asyncpg.Connection
) -> None:
    before = claire.token
    clock.move(timedelta(minutes=5))
    await claire.add_authenticator()
    assert claire.token != before
    with refused("unauthenticated", 401):
        await Account(claire.http, claire._promises, before).factors()
    ends = await superuser.fetch(
        "SELECT expires_at FROM access_tokens WHERE user_id = $1 AND user_agent IS NOT NULL", shop.user_ids["claire"]
    )
    assert len({row["expires_at"] for row in ends}) == 1, "renewing does not prolong"


@pytest.mark.parametrize(("seconds", "noted"), [(300, 300), (-240, -240), (3600, None)])
def test_a_code_of_a_wrong_clock_is_refused_and_the_log_names_the_difference(seconds: int, noted: int | None) -> None:
    secret = new_secret()
    with capture_logs() as logged, pytest.raises(SecondFactorRefused):
        step_of(secret, six_digits(secret, seconds=seconds), clock.now())
    assert [line["seconds"] for line in logged] == ([noted] if noted else [])
    assert secret not in str(logged)
