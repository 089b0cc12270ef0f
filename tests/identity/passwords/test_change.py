"""A person changes the password; before that they give the one they have."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from backend.core.clock import clock
from tests.doubles.smtp import PostOffice
from tests.identity.conftest import SignInAs, finish, next_step
from tests.world import PASSWORD
from tests.world.account import Account, six_digits
from tests.world.caller import Json, outcome, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller
from workers.jobs.accounts import answer_reset_requests
from workers.jobs.mail import send_queued_mails

NEW = "kettle orbit walnut fjord"


async def test_claire_changes_her_password_and_her_other_sessions_end(
    shop: Shop, claire: Account, account: SignInAs, anonymous: AnonymousCaller
) -> None:
    phone, before = await account("claire"), claire.token
    await claire.change_password(NEW)
    for token in (phone.token, before):
        with refused("unauthenticated", 401):
            await Account(claire.http, claire._promises, token).factors()
    assert (await claire.get("/auth/me"))["email"] == shop.emails["claire"]
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(shop.emails["claire"], PASSWORD)
    assert (await anonymous.sign_in(shop.emails["claire"], NEW))["token"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/auth/me/password", {"password": NEW}),
        ("PUT", "/auth/me/pin", {"pin": "86420"}),
        ("POST", "/auth/me/authenticator", {}),
        ("PUT", "/auth/me/authenticator", {"enrollment": "x", "code": "123456"}),
        ("DELETE", "/auth/me/authenticator", None),
        ("POST", "/auth/me/passkeys/options", {}),
        ("POST", "/auth/me/passkeys", {"step": "x", "credential": {}, "name": "x"}),
        ("DELETE", "/auth/me/passkeys/0198c0de-0000-7000-8000-000000000001", None),
        ("POST", "/auth/me/recovery-codes", {}),
    ],
)
async def test_a_finder_of_an_open_session_changes_nothing_of_its_person(
    account: SignInAs, method: str, path: str, body: Json | None
) -> None:
    claire = await account("claire")
    with refused("confirmation_required", 403):
        await claire.ask(method, path, json=body)
    with refused("password_wrong", 403):
        await claire.confirm("not hers")
    with refused("confirmation_required", 403):
        await claire.ask(method, path, json=body)


async def test_a_confirmation_lasts_ten_minutes_and_is_of_one_session(claire: Account, account: SignInAs) -> None:
    other = await account("claire")
    with refused("confirmation_required", 403):
        await other.add_authenticator()
    clock.move(timedelta(minutes=10, seconds=-1))
    await claire.post("/auth/me/authenticator")
    clock.move(timedelta(seconds=1))
    with refused("confirmation_required", 403):
        await claire.post("/auth/me/authenticator")


async def test_a_person_who_has_a_second_factor_confirms_with_it_too(claire: Account, shop: Shop) -> None:
    secret, codes = await claire.add_authenticator()
    passkey = await claire.add_passkey()
    clock.move(timedelta(minutes=10))
    with refused("second_factor_refused", 403):
        await claire.confirm()
    with refused("second_factor_refused", 403):
        await claire.confirm(totp=six_digits(secret, seconds=-300))
    with refused("confirmation_required", 403):
        await claire.change_password(NEW)
    await claire.confirm(totp=six_digits(secret))
    clock.move(timedelta(minutes=10))
    await claire.confirm_with_passkey(passkey)
    clock.move(timedelta(minutes=10))
    await claire.confirm(recovery_code=codes[0])
    await claire.change_password(NEW)


async def test_without_a_passkey_there_is_none_to_confirm_with(claire: Account) -> None:
    with refused("passkey_refused", 403):
        await claire.post("/auth/me/confirmation/passkey-options")


async def test_a_password_of_twelve_needs_a_second_factor_and_keeps_it(claire: Account) -> None:
    short = "xk9#mw2$vq7!"
    with refused("password_too_short", 422) as said:
        await claire.change_password(short)
    assert said[0]["minimum"] == 15
    await claire.add_authenticator()
    await claire.change_password(short)
    with refused("password_too_short", 422):
        await claire.ask("DELETE", "/auth/me/authenticator")
    await claire.change_password(NEW)
    await claire.ask("DELETE", "/auth/me/authenticator")
    assert (await claire.factors())["has_authenticator"] is False


async def test_a_new_password_is_judged_with_the_names_of_the_person_and_the_merchant(claire: Account) -> None:
    for password in ("fashiongroup2026", "fashiongroupclaire"):
        with refused("password_weak", 422) as said:
            await claire.change_password(password)
        assert (said[0]["weakness"], said[0]["score"] < 3) == ("user_inputs", True)
    with refused("password_too_long", 422):
        await claire.change_password(NEW + "\ufdfa" * 15)


async def test_a_new_password_ends_links_and_sign_ins_that_began_with_the_former_one(
    shop: Shop, claire: Account, anonymous: AnonymousCaller, working: dict[str, Any], post_office: PostOffice
) -> None:
    secret, _ = await claire.add_authenticator()
    await anonymous.post("/auth/password-resets", {"email": shop.emails["claire"]})
    await answer_reset_requests(working)
    await send_queued_mails(working)
    bodies = [str(mail) for mail in post_office.mails if shop.emails["claire"] in mail["to"]]
    (link,) = {link for body in bodies for link in re.findall(r"/reset/([\w-]{43})", body)}
    step = await next_step(anonymous, shop.emails["claire"])
    await claire.change_password(NEW)
    with refused("reset_link_ended", 410):
        await anonymous.get(f"/auth/password-resets/{link}")
    with refused("step_ended", 410):
        await finish(anonymous, step, totp=six_digits(secret))


@pytest.mark.parametrize("with_factor", [False, True], ids=["password", "password and code"])
async def test_the_former_password_begins_no_session_while_it_is_changed(
    shop: Shop, claire: Account, anonymous: AnonymousCaller, superuser: asyncpg.Connection, *, with_factor: bool
) -> None:
    factor = {"totp": six_digits((await claire.add_authenticator())[0])} if with_factor else {}
    async with superuser.transaction():
        changed = "UPDATE users SET password_hash = 'another' WHERE id = $1"
        await superuser.execute(changed, shop.user_ids["claire"])
        signing_in = asyncio.create_task(outcome(anonymous.sign_in(shop.emails["claire"], PASSWORD, **factor)))
        while not await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not signing_in.done()
    assert await signing_in == "sign_in_refused"
