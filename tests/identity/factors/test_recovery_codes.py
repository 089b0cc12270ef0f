"""A person who has lost the phone signs in with a recovery code."""

import asyncio

import pytest

from tests.identity.conftest import finish, next_step
from tests.world.account import Account
from tests.world.caller import outcome, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def test_each_recovery_code_works_once_in_any_writing(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    _, codes = await claire.add_authenticator()
    email = shop.emails["claire"]
    await finish(anonymous, await next_step(anonymous, email), recovery_code=codes[0])
    step = await next_step(anonymous, email)
    with refused("second_factor_refused", 403):
        await finish(anonymous, step, recovery_code=codes[0])
    await finish(anonymous, step, recovery_code=f" {codes[1].lower().replace('-', ' ')} ")
    assert (await claire.factors())["recovery_codes_left"] == 8


async def test_of_three_who_send_one_code_at_once_one_gets_in(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    _, codes = await claire.add_authenticator()
    steps = [await next_step(anonymous, shop.emails["claire"]) for _ in range(3)]
    answers = await asyncio.gather(
        *(
            anonymous.send(
                "POST", "/auth/sign-in/second-factor", json={"attempt": step["attempt"], "recovery_code": codes[3]}
            )
            for step in steps
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403]


async def test_new_codes_take_the_place_of_the_old_ones(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    _, old = await claire.add_authenticator()
    new = (await claire.post("/auth/me/recovery-codes"))["codes"]
    assert len(set(new) | set(old)) == 20
    step = await next_step(anonymous, shop.emails["claire"])
    with refused("second_factor_refused", 403):
        await finish(anonymous, step, recovery_code=old[0])
    assert await finish(anonymous, step, recovery_code=new[0])


@pytest.mark.parametrize("text", ["ABCD", "é" * 16, "-", "0" * 40])
async def test_what_is_no_code_is_refused(shop: Shop, claire: Account, anonymous: AnonymousCaller, text: str) -> None:
    await claire.add_authenticator()
    with refused("second_factor_refused", 403):
        await finish(anonymous, await next_step(anonymous, shop.emails["claire"]), recovery_code=text)


async def test_a_second_factor_more_brings_no_new_codes(claire: Account) -> None:
    _, codes = await claire.add_authenticator()
    await claire.add_passkey()
    assert (await claire.factors())["recovery_codes_left"] == len(codes)


async def test_codes_alone_ask_for_nothing(claire: Account, shop: Shop, anonymous: AnonymousCaller) -> None:
    """Somebody without a second factor has no use for codes."""
    await claire.post("/auth/me/recovery-codes")
    assert (await anonymous.sign_in(shop.emails["claire"], "orion-demo-2026"))["token"]


async def test_one_step_takes_one_code_and_begins_one_session(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    _, codes = await claire.add_authenticator()
    step, before = await next_step(anonymous, shop.emails["claire"]), len(await claire.sessions())
    said = await asyncio.gather(*(outcome(finish(anonymous, step, recovery_code=code)) for code in codes[:4]))
    assert sorted(said) == ["booked"] + ["step_ended"] * 3
    assert (await claire.factors())["recovery_codes_left"] == 9
    assert len(await claire.sessions()) == before + 1


async def test_of_several_lists_of_new_codes_asked_for_at_once_one_is_valid(claire: Account) -> None:
    await claire.add_authenticator()
    await asyncio.gather(*(claire.post("/auth/me/recovery-codes") for _ in range(4)))
    assert (await claire.factors())["recovery_codes_left"] == 10
