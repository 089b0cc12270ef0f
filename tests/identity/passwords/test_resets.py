"""A person who has forgotten the password gets a link by email, and nobody learns who works here."""

import re
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from backend.core.clock import clock
from backend.services import Services
from tests.doubles.smtp import PostOffice, text_of
from tests.identity.conftest import SignInAs, next_step
from tests.world import PASSWORD
from tests.world.account import Account
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller
from workers.jobs.accounts import answer_reset_requests
from workers.jobs.mail import send_queued_mails

NEW = "kettle orbit walnut fjord"


async def ask(caller: AnonymousCaller, email: str) -> None:
    await caller.post("/auth/password-resets", {"email": email})


async def links(working: dict[str, Any], post_office: PostOffice) -> list[str]:
    """The tokens of all emails sent so far, in their order. An email may arrive twice."""
    await answer_reset_requests(working)
    await send_queued_mails(working)
    bodies = [text_of(mail) for mail in post_office.mails]
    found = [re.search(r"http://orion\.test/reset/([\w-]{43})", body) for body in bodies]
    return list(dict.fromkeys(match[1] for match in found if match))


async def choose(caller: AnonymousCaller, token: str, password: str = NEW) -> None:
    await caller.post(f"/auth/password-resets/{token}", {"password": password})


async def test_claire_gets_a_link_and_chooses_a_new_password(
    shop: Shop, account: SignInAs, anonymous: AnonymousCaller, working: dict[str, Services], post_office: PostOffice
) -> None:
    till = await account("claire")
    await ask(anonymous, f" {shop.emails['claire'].upper()}")
    (token,) = await links(working, post_office)
    link = await anonymous.get(f"/auth/password-resets/{token}")
    assert (link["email"], link["length_min"]) == (shop.emails["claire"], 15)
    with refused("password_weak", 422):
        await choose(anonymous, token, "fashiongroup2026")
    await choose(anonymous, token)
    with refused("unauthenticated", 401):
        await till.factors()
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(shop.emails["claire"], PASSWORD)
    assert (await anonymous.sign_in(shop.emails["claire"], NEW))["token"]


async def test_a_link_works_once_and_only_the_newest(
    shop: Shop, anonymous: AnonymousCaller, working: dict[str, Services], post_office: PostOffice
) -> None:
    await ask(anonymous, shop.emails["claire"])
    await links(working, post_office)
    await ask(anonymous, shop.emails["claire"])
    older, newest = await links(working, post_office)
    for token in (older, "nonsense", "%2e%2e"):
        with refused("reset_link_ended", 410):
            await anonymous.get(f"/auth/password-resets/{token}")
        with refused("reset_link_ended", 410):
            await choose(anonymous, token)
    await choose(anonymous, newest)
    with refused("reset_link_ended", 410):
        await choose(anonymous, newest, "another kettle orbit walnut")


async def test_a_link_works_for_thirty_minutes(
    shop: Shop, anonymous: AnonymousCaller, working: dict[str, Services], post_office: PostOffice
) -> None:
    await ask(anonymous, shop.emails["claire"])
    (token,) = await links(working, post_office)
    clock.move(timedelta(minutes=30, seconds=-1))
    await anonymous.get(f"/auth/password-resets/{token}")
    clock.move(timedelta(seconds=1))
    with refused("reset_link_ended", 410):
        await choose(anonymous, token)


async def test_the_second_factor_stays(
    shop: Shop, claire: Account, anonymous: AnonymousCaller, working: dict[str, Services], post_office: PostOffice
) -> None:
    await claire.add_authenticator()
    await ask(anonymous, shop.emails["claire"])
    (token,) = await links(working, post_office)
    assert (await anonymous.get(f"/auth/password-resets/{token}"))["length_min"] == 12
    await choose(anonymous, token)
    assert (await next_step(anonymous, shop.emails["claire"], NEW))["methods"] == ["totp", "recovery_code"]


async def test_unknown_people_and_those_who_left_get_no_email_and_the_answer_is_the_same(
    shop: Shop,
    anonymous: AnonymousCaller,
    working: dict[str, Services],
    post_office: PostOffice,
    superuser: asyncpg.Connection,
) -> None:
    await superuser.execute("UPDATE users SET is_active = false WHERE id = $1", shop.user_ids["luc"])
    said = []
    for email in (shop.emails["claire"], shop.emails["luc"], "nobody@x.example"):
        answer = await anonymous.send("POST", "/auth/password-resets", json={"email": email})
        said.append((answer.status_code, answer.content))
    assert said == [said[0]] * 3
    assert said[0][0] == 202
    assert len(await links(working, post_office)) == 1
    assert await superuser.fetchval("SELECT count(*) FROM password_reset_requests") == 0


async def test_a_mailbox_is_not_flooded(
    shop: Shop, anonymous: AnonymousCaller, working: dict[str, Services], post_office: PostOffice
) -> None:
    for number in range(8):
        await ask(anonymous.but(x_forwarded_for=f"203.0.113.{number}"), shop.emails["claire"])
        await answer_reset_requests(working)
    assert len(await links(working, post_office)) == 4


async def test_one_network_asks_five_times_a_minute(anonymous: AnonymousCaller) -> None:
    for number in range(5):
        await ask(anonymous, f"{number}@x.example")
    with refused("rate_limited", 429):
        await ask(anonymous, "5@x.example")


@pytest.mark.parametrize("email", ["", "x" * 255, None])
async def test_what_is_no_address_is_refused(anonymous: AnonymousCaller, email: Any) -> None:
    with refused("validation_failed", 422):
        await ask(anonymous, email)


async def test_the_link_is_stored_as_a_hash_only(
    shop: Shop,
    anonymous: AnonymousCaller,
    working: dict[str, Services],
    post_office: PostOffice,
    superuser: asyncpg.Connection,
) -> None:
    await ask(anonymous, shop.emails["claire"])
    (token,) = await links(working, post_office)
    for table in ("password_resets", "platform_mails"):
        kept = await superuser.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        assert token not in kept
        assert token.encode().hex() not in kept


async def test_a_reset_is_written_to_the_audit_of_the_merchant(
    shop: Shop,
    anonymous: AnonymousCaller,
    working: dict[str, Services],
    post_office: PostOffice,
    superuser: asyncpg.Connection,
) -> None:
    await ask(anonymous, shop.emails["claire"])
    await choose(anonymous, (await links(working, post_office))[0])
    entry = await superuser.fetchrow("SELECT * FROM audit_entries WHERE merchant_id = $1", shop.merchant_id)
    assert (entry["action"], entry["subject_id"]) == ("account.password_reset", shop.user_ids["claire"])
    assert entry["after"] == '{"sessions_ended": 1}'
