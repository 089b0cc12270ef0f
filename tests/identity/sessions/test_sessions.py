"""Where a person is signed in, and how a session ends."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.platform_settings import SecuritySettings
from backend.identity.sessions.limits import has_idled
from backend.identity.sessions.user_agents import browser_of, system_of
from tests.conftest import OwnTown, SignIn
from tests.identity.conftest import FIREFOX, SignInAs
from tests.world import ADA, ANNA, PASSWORD
from tests.world.account import Account
from tests.world.caller import refused
from tests.world.shop import Shop

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


async def test_claire_sees_where_she_is_signed_in(account: SignInAs) -> None:
    office, phone = await account("claire"), await account("claire", user_agent=IPHONE)
    first, second, *others = await office.sessions()
    assert (first["browser"], first["system"], first["is_current"]) == ("Firefox", "Windows", True)
    assert {(row["browser"], row["system"]) for row in (second, *others)} == {("Safari", "iPhone"), (None, None)}
    assert [row["is_current"] for row in await phone.sessions()].count(True) == 1


async def test_a_session_is_ended_from_another_and_only_by_its_person(account: SignInAs) -> None:
    office, phone, luc = await account("claire"), await account("claire", user_agent=IPHONE), await account("luc")
    lost = next(row["id"] for row in await office.sessions() if row["system"] == "iPhone")
    with refused("not_found", 404):
        await luc.ask("DELETE", f"/auth/me/sessions/{lost}")
    assert await phone.sessions()
    await office.ask("DELETE", f"/auth/me/sessions/{lost}")
    with refused("unauthenticated", 401):
        await phone.sessions()
    with refused("not_found", 404):
        await office.ask("DELETE", f"/auth/me/sessions/{lost}")


async def test_all_others_end_at_once(account: SignInAs) -> None:
    office, phone, tablet = [await account("claire") for _ in range(3)]
    await office.ask("DELETE", "/auth/me/sessions")
    for other in (phone, tablet):
        with refused("unauthenticated", 401):
            await other.sessions()
    assert [row["is_current"] for row in await office.sessions()] == [True]


async def test_the_last_request_is_noted_once_a_minute(
    shop: Shop, account: SignInAs, superuser: asyncpg.Connection
) -> None:
    claire = await account("claire")

    async def last_seen() -> Any:
        query = "SELECT last_seen_at FROM access_tokens WHERE user_id = $1 AND user_agent IS NOT NULL"
        return await superuser.fetchval(query, shop.user_ids["claire"])

    began = await last_seen()
    clock.move(timedelta(seconds=59))
    await claire.factors()
    assert await last_seen() == began
    clock.move(timedelta(seconds=1))
    await claire.factors()
    assert await last_seen() >= began + timedelta(minutes=1)


async def test_administrators_are_out_after_half_an_hour_without_a_request(sign_in: SignIn) -> None:
    ada = await sign_in(ADA)
    for _ in range(3):
        clock.move(timedelta(minutes=29))
        await ada.me()
    clock.move(timedelta(minutes=30))
    with refused("session_expired", 401):
        await ada.me()


async def test_staff_stay_signed_in_over_a_long_break(sign_in: SignIn) -> None:
    anna = await sign_in(ANNA)
    clock.move(timedelta(hours=11))
    await anna.me()


@pytest.mark.parametrize(("is_platform", "minutes"), [(True, 30), (False, 720)])
def test_an_unused_session_ends_after_the_minutes_of_the_setting(is_platform: bool, minutes: int) -> None:
    now, security = clock.now(), SecuritySettings()
    for idle, ended in ((timedelta(minutes=minutes, seconds=-1), False), (timedelta(minutes=minutes), True)):
        assert has_idled(now - idle, security, now, is_platform=is_platform) is ended


async def test_no_address_of_a_network_is_stored(shop: Shop, account: SignInAs, superuser: asyncpg.Connection) -> None:
    await account("claire")
    columns = await superuser.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'access_tokens'"
    )
    assert "user_agent" in {row["column_name"] for row in columns}
    assert not {row["column_name"] for row in columns} & {"ip", "address", "network"}


async def test_changes_of_an_account_are_written_to_the_audit(
    shop: Shop, claire: Account, superuser: asyncpg.Connection
) -> None:
    await claire.add_authenticator()
    await claire.add_passkey()
    passkey_id = (await claire.factors())["passkeys"][0]["id"]
    await claire.ask("DELETE", f"/auth/me/passkeys/{passkey_id}")
    await claire.post("/auth/me/recovery-codes")
    await claire.ask("DELETE", "/auth/me/authenticator")
    await claire.change_password("kettle orbit walnut fjord")
    rows = await superuser.fetch(
        "SELECT action, subject_id, user_name FROM audit_entries WHERE merchant_id = $1 ORDER BY id", shop.merchant_id
    )
    assert [row["action"] for row in rows] == [
        "account.authenticator_set",
        "account.passkey_added",
        "account.passkey_removed",
        "account.recovery_codes_replaced",
        "account.authenticator_removed",
        "account.password_changed",
    ]
    assert {(row["subject_id"], row["user_name"]) for row in rows} == {(shop.user_ids["claire"], "Claire")}


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Windows"),
        (IPHONE, "Safari", "iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome", "Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge", "Windows"),
        ("Mozilla/5.0 (Linux; Android 15; SM-X210) Chrome/140.0.0.0 Safari/537.36", "Chrome", "Android"),
        ("Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome", "iPad"),
        ("curl/8.5.0", "curl", None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_browser_is_named_as_people_know_it(user_agent: str | None, browser: str, system: str) -> None:
    assert (browser_of(user_agent), system_of(user_agent)) == (browser, system)


async def test_the_platforms_people_leave_their_trace_in_the_platforms_audit(own_town: OwnTown) -> None:
    async with own_town() as town:
        answer = await town.anonymous.sign_in(ADA.email, PASSWORD)
        ada = Account(town.anonymous.http, town.anonymous._promises, answer["token"])
        await ada.confirm()
        await ada.add_authenticator()
        entry = await town.superuser.fetchrow("SELECT action, subject, user_name FROM platform_audit_entries")
        user_id = await town.superuser.fetchval("SELECT id FROM users WHERE email = $1", ADA.email)
    assert tuple(entry) == ("account.authenticator_set", str(user_id), ADA.name)
