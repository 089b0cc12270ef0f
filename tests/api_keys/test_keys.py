"""How an owner makes, changes, rotates and revokes API keys."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from backend.api_keys import actions
from backend.core.clock import clock
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.caller import Json, refused
from tests.world.keys import connect
from tests.world.shop import Shop
from tests.world.till import Till

KEYS = "/merchant/api-keys"
DRAFT: Json = {"name": "Web shop", "permissions": ["loyalty.view_programs", "loyalty.manage_cards"]}


async def create(shop: Shop, **changes: Any) -> Json:
    await shop.claire.confirm_person(PASSWORD)
    return await shop.claire.post(KEYS, DRAFT | changes)


async def rotate(shop: Shop, key: Json, hours: int) -> str:
    return str((await shop.claire.post(f"{KEYS}/{key['id']}/rotate", {"overlap_hours": hours}))["secret"])


async def works(shop: Shop, *secrets: str) -> list[bool]:
    callers = [Till(shop.anna.http, shop.anna._promises, secret) for secret in secrets]
    return [(await caller.send("GET", "/api-key")).status_code == 200 for caller in callers]


async def test_the_secret_is_shown_once_and_stored_nowhere(shop: Shop, superuser: asyncpg.Connection) -> None:
    created = await create(shop)
    secret = created.pop("secret")
    assert secret.startswith("ok_live_")
    assert created["prefix"] == secret[:14]
    assert (created["state"], created["created_by"], created["store_ids"]) == ("active", "Claire", None)
    assert await shop.claire.get(f"{KEYS}/{created['id']}") == created
    assert (await shop.claire.get(KEYS))["data"] == [created]
    for table in ("api_keys", "audit_entries", "stored_answers", "platform_mails", "events"):
        rows = await superuser.fetch(f"SELECT t::text AS row FROM {table} t")
        assert not any(secret[14:40] in row["row"] for row in rows), table


async def test_the_password_is_asked_for_before_a_secret_is_made(shop: Shop) -> None:
    with refused("confirmation_required", 403):
        await shop.claire.post(KEYS, DRAFT)
    key = await create(shop)
    clock.move(timedelta(minutes=11))
    with refused("confirmation_required", 403):
        await shop.claire.post(f"{KEYS}/{key['id']}/rotate")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"permissions": ["loyalty.manage_pins"]}, "/permissions/0", "not_given"),
        ({"permissions": ["loyalty.view_programs", "api.manage"]}, "/permissions/1", "not_given"),
        ({"store_ids": ["0199aa00-0000-7000-8000-000000000000"]}, "/store_ids/0", "not_found"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "past"),
    ],
)
async def test_a_key_gets_what_the_owner_may_give(shop: Shop, changes: Json, pointer: str, code: str) -> None:
    with refused("validation_failed", 422) as said:
        await create(shop, **changes)
    assert [(error["pointer"], error["code"]) for error in said[0]["errors"]] == [(pointer, code)]


async def test_a_change_is_in_force_with_the_next_request_and_loses_nobodys(shop: Shop) -> None:
    web, hub = await connect(shop), str(shop.store_ids[shop.hub])
    path, change = f"{KEYS}/{web.key_id}", {"store_ids": [hub], "permissions": ["loyalty.view_programs"]}
    version = (await shop.claire.get(path))["version"]
    changed = await shop.claire.ask("PATCH", path, json=change, headers={"if-match": f'"{version}"'})
    assert (changed["store_ids"], changed["permissions"]) == ([hub], ["loyalty.view_programs"])
    assert [store["code"] for store in (await web.get("/api-key"))["stores"]] == [shop.hub]
    with refused("stale", 412):
        await shop.claire.ask("PATCH", path, json={"name": "Till"}, headers={"if-match": f'"{version}"'})
    with refused("precondition_required", 428):
        await shop.claire.ask("PATCH", path, json={"name": "Till"})


async def test_both_secrets_work_until_the_overlap_ends(shop: Shop) -> None:
    key = await create(shop)
    new = await rotate(shop, key, 24)
    assert await works(shop, key["secret"], new) == [True, True]
    clock.move(timedelta(hours=24) - timedelta(seconds=1))
    assert await works(shop, key["secret"], new) == [True, True]
    clock.move(timedelta(seconds=1))
    assert await works(shop, key["secret"], new) == [False, True]


async def test_the_owner_sees_when_the_system_has_taken_the_new_secret(shop: Shop) -> None:
    key = await create(shop)
    path = f"{KEYS}/{key['id']}"
    await works(shop, key["secret"])
    assert (await shop.claire.get(path))["secret_used_at"] is not None
    new = await rotate(shop, key, 24)
    clock.move(timedelta(minutes=2))
    await works(shop, key["secret"])
    assert (await shop.claire.get(path))["secret_used_at"] is None
    await works(shop, new)
    assert (await shop.claire.get(path))["secret_used_at"] == (await shop.claire.get(path))["last_used_at"]


async def test_without_an_overlap_the_former_secret_stops_at_once(shop: Shop) -> None:
    key = await create(shop)
    new = await rotate(shop, key, 0)
    assert await works(shop, key["secret"], new) == [False, True]
    with refused("validation_failed", 422):
        await rotate(shop, key, 169)


async def test_a_rotation_whose_answer_was_lost_is_repeated_without_harm(shop: Shop) -> None:
    """The secret in use works on, the one that nobody has does not."""
    key = await create(shop)
    await works(shop, key["secret"])
    lost, new = await rotate(shop, key, 24), await rotate(shop, key, 24)
    assert await works(shop, key["secret"], lost, new) == [True, False, True]
    newest = await rotate(shop, key, 24)
    assert await works(shop, key["secret"], new, newest) == [False, True, True]


async def test_a_former_secret_that_has_ended_is_not_brought_back(shop: Shop) -> None:
    key = await create(shop)
    unused = await rotate(shop, key, 1)
    clock.move(timedelta(hours=1))
    await shop.claire.confirm_person(PASSWORD)
    new = await rotate(shop, key, 24)
    assert await works(shop, key["secret"], unused, new) == [False, True, True]


async def test_what_is_revoked_stays_so(shop: Shop) -> None:
    key = await create(shop)
    for _ in range(2):
        await shop.claire.ask("DELETE", f"{KEYS}/{key['id']}")
    shown = await shop.claire.get(f"{KEYS}/{key['id']}")
    assert (shown["state"], shown["revoked_at"] is not None) == ("revoked", True)
    with refused("api_key_ended", 409):
        await rotate(shop, key, 24)
    with refused("api_key_not_found", 404):
        await shop.claire.get(f"{KEYS}/{shop.user_ids['claire']}")


async def test_there_are_so_many_keys_and_no_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "WORKING_MAX", 1)
    key = await create(shop)
    with refused("too_many_api_keys", 409):
        await create(shop)
    await shop.claire.ask("DELETE", f"{KEYS}/{key['id']}")
    await create(shop)


async def test_each_owner_is_told_of_a_new_secret(opened: OpenShop, superuser: asyncpg.Connection) -> None:
    shop = await opened()
    key = await create(shop)
    await rotate(shop, key, 24)
    rows = await superuser.fetch("SELECT * FROM platform_mails WHERE recipient = $1 ORDER BY id", shop.emails["claire"])
    said = [str(dict(row)) for row in rows]
    assert len(said) == 2
    assert "The API key Web shop was created" in said[0]
    assert "The API key Web shop got a new secret" in said[1]
