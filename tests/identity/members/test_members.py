"""An owner changes what people may do and removes them; both are in force with their next request."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from backend.services import Services
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.caller import Caller, Json, outcome, refused
from tests.world.invitations import accept, invite, join, look_at, mailed_token, new_email
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

ALL = {"if-match": "*"}


async def member(shop: Shop, name: str) -> Json:
    return await shop.claire.get(f"/merchant/staff/{shop.user_ids[name]}")


async def change(office: Caller, user_id: object, version: str = "*", **body: object) -> Json:
    return await office.ask("PATCH", f"/merchant/staff/{user_id}", json=body, headers={"if-match": version})


async def remove(office: Caller, user_id: object) -> None:
    await office.ask("DELETE", f"/merchant/staff/{user_id}")


async def audited(superuser: asyncpg.Connection, shop: Shop) -> list[tuple[str, str, str]]:
    query = "SELECT action, before::text, after::text FROM audit_entries WHERE merchant_id = $1 ORDER BY id"
    return [tuple(row) for row in await superuser.fetch(query, shop.merchant_id)]


async def test_the_list_says_who_works_where_with_what_and_how_their_pin_is(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    await shop.give_pin("anna", "2468")
    await shop.give_pin("luc", "1357")
    locked = "UPDATE staff_pins SET locked_until = $3 WHERE merchant_id = $1 AND user_id = $2"
    await superuser.execute(locked, shop.merchant_id, shop.user_ids["luc"], clock.now() + timedelta(minutes=5))
    people = {row["name"]: row for row in (await shop.claire.get("/merchant/staff"))["data"]}
    assert list(people) == ["Anna", "Claire", "Luc"]
    assert [row["role"] for row in people.values()] == ["store_member", "merchant_owner", "store_member"]
    assert [row["pin"]["state"] for row in people.values()] == ["set", "none", "locked"]
    anna = people["Anna"]
    assert [place["store_id"] for place in anna["stores"]] == [str(shop.store_ids[shop.hub])]
    assert anna["stores"][0]["permissions"] == [
        "loyalty.manage_cards", "loyalty.view_programs", "loyalty.void_transactions",
    ]  # fmt: skip
    assert anna["last_sign_in_at"] is not None
    clock.move(timedelta(minutes=6))
    assert (await member(shop, "luc"))["pin"] == {"state": "set", "locked_until": None}
    tenth = "UPDATE staff_pins SET wrong_in_a_row = 10, locked_until = NULL WHERE merchant_id = $1 AND user_id = $2"
    await superuser.execute(tenth, shop.merchant_id, shop.user_ids["luc"])
    assert (await member(shop, "luc"))["pin"] == {"state": "disabled", "locked_until": None}


async def test_the_list_is_searched_and_paged(shop: Shop) -> None:
    found = await shop.claire.get("/merchant/staff", params={"query": " ANNA "})
    assert [row["name"] for row in found["data"]] == ["Anna"]
    first = await shop.claire.get("/merchant/staff", params={"limit": 2})
    assert [row["name"] for row in first["data"]] == ["Anna", "Claire"]
    rest = await shop.claire.get("/merchant/staff", params={"limit": 2, "after": first["next_cursor"]})
    assert ([row["name"] for row in rest["data"]], rest["has_more"]) == (["Luc"], False)
    with refused("cursor_expired", 410):
        await shop.claire.get("/merchant/staff", params={"query": "a", "after": first["next_cursor"]})


async def test_other_stores_and_permissions_are_in_force_with_the_next_request(shop: Shop) -> None:
    card, outlet = await shop.a_card(), str(shop.store_ids[shop.outlet])
    changed = await change(
        shop.claire, shop.user_ids["anna"], '"1"',
        stores=[{"store_id": outlet, "permissions": ["loyalty.view_programs"]}],
    )  # fmt: skip
    assert changed["version"] == 2
    assert (await shop.anna.program())["store"]["code"] == shop.outlet
    with refused("forbidden", 403):
        await shop.anna.earn(card, cents=100)


async def test_a_new_owner_owns_at_once_and_a_former_one_no_longer_does(shop: Shop) -> None:
    with refused("forbidden", 403):
        await shop.anna.get("/merchant/staff")
    await change(shop.claire, shop.user_ids["anna"], role="merchant_owner")
    assert await shop.anna.get("/merchant/staff")
    await change(shop.anna, shop.user_ids["claire"], role="store_member")
    with refused("forbidden", 403):
        await shop.claire.get("/merchant/staff")


async def test_nobody_changes_their_own_role_and_the_last_owner_stays(shop: Shop) -> None:
    with refused("own_role", 403):
        await change(shop.claire, shop.user_ids["claire"], role="store_member")
    with refused("last_owner", 409):
        await remove(shop.claire, shop.user_ids["claire"])


async def test_an_owner_who_cannot_sign_in_is_no_other_owner(shop: Shop, superuser: asyncpg.Connection) -> None:
    await change(shop.claire, shop.user_ids["luc"], role="merchant_owner")
    await superuser.execute("UPDATE users SET is_active = false WHERE id = $1", shop.user_ids["luc"])
    with refused("last_owner", 409):
        await remove(shop.claire, shop.user_ids["claire"])


@pytest.mark.parametrize("attempt", range(5))
async def test_two_owners_who_remove_each_other_at_once_leave_one(opened: OpenShop, attempt: int) -> None:
    shop = await opened()
    await change(shop.claire, shop.user_ids["luc"], role="merchant_owner")
    outcomes = await asyncio.gather(
        outcome(remove(shop.claire, shop.user_ids["luc"])),
        outcome(remove(shop.luc, shop.user_ids["claire"])),
    )
    # The second one is refused as the last owner is, or is no owner any more when its turn comes.
    assert "booked" in outcomes
    assert set(outcomes) - {"booked"} < {"last_owner", "unauthenticated", "member_not_found"}
    assert len(set(outcomes)) == 2


@pytest.mark.parametrize("attempt", range(5))
async def test_two_owners_who_leave_at_once_leave_one(opened: OpenShop, attempt: int) -> None:
    shop = await opened()
    await change(shop.claire, shop.user_ids["luc"], role="merchant_owner")
    outcomes = await asyncio.gather(
        outcome(remove(shop.claire, shop.user_ids["claire"])),
        outcome(remove(shop.luc, shop.user_ids["luc"])),
    )
    assert sorted(outcomes) == ["booked", "last_owner"]


async def test_a_removed_person_loses_stores_pin_and_sessions_at_once(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    await shop.give_pin("anna", "2468")
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=100, staff_pin="2468")
    second = await shop.sign_in_again("anna")
    await remove(shop.claire, shop.user_ids["anna"])
    for till in (shop.anna, second):
        with refused("unauthenticated", 401):
            await till.me()
    with refused("no_workplace", 403):
        await anonymous.sign_in(shop.emails["anna"], PASSWORD)
    pin = await superuser.fetchrow(
        "SELECT is_active, verifier FROM staff_pins WHERE user_id = $1", shop.user_ids["anna"]
    )
    assert tuple(pin) == (False, "")
    assert [row["name"] for row in (await shop.claire.get("/merchant/staff"))["data"]] == ["Claire", "Luc"]
    line = (await shop.claire.history(card))["data"][0]
    assert (line["id"], line["user"]) == (sale["transaction"]["id"], "Anna"), "what they did keeps their name"
    with refused("member_not_found", 404):
        await remove(shop.claire, shop.user_ids["anna"])


@pytest.mark.parametrize("how", ["demoted", "removed"])
async def test_a_former_owner_does_not_come_back_by_an_invitation_of_their_own(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection, how: str
) -> None:
    nora_id, nora = await join(services, anonymous, shop.claire, role="merchant_owner")
    email, kept = new_email(), new_email()
    await invite(nora, email, role="merchant_owner")
    await invite(shop.claire, kept)
    token = await mailed_token(services, email)
    if how == "removed":
        await remove(shop.claire, nora_id)
    else:
        await change(shop.claire, nora_id, role="store_member")
    with refused("invitation_withdrawn", 410):
        await accept(anonymous, token)
    assert await look_at(anonymous, await mailed_token(services, kept)), "those of others stay"
    assert '"invitations_withdrawn": 1' in (await audited(superuser, shop))[-1][2]


async def test_a_person_removed_here_works_on_elsewhere(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller
) -> None:
    here, there = await opened(), await opened()
    user_id, at_theirs = await join(services, anonymous, there.claire)
    with refused("member_not_found", 404):
        await remove(here.claire, user_id)
    assert (await at_theirs.me())["merchant"]["code"] == there.code


async def test_a_change_of_what_somebody_else_has_changed_is_refused(shop: Shop) -> None:
    anna = shop.user_ids["anna"]
    await change(shop.claire, anna, '"1"', stores=[])
    with refused("stale", 412) as said:
        await change(shop.claire, anna, '"1"', role="merchant_owner")
    assert (said[0]["version"], said[0]["changed_by"]) == (2, "Claire")
    with refused("precondition_required", 428):
        await shop.claire.ask("PATCH", f"/merchant/staff/{anna}", json={"stores": []})
    answer = await shop.claire.send(
        "PATCH", f"/merchant/staff/{anna}", json={"stores": []}, headers={"if-match": '"2"'}
    )
    assert answer.headers["etag"] == '"2"', "what changes nothing makes no version"


async def test_each_change_is_audited_with_before_and_after(shop: Shop, superuser: asyncpg.Connection) -> None:
    anna = shop.user_ids["anna"]
    await change(shop.claire, anna, stores=[])
    await change(shop.claire, anna, role="merchant_owner")
    await change(shop.claire, anna, role="merchant_owner")
    await remove(shop.claire, anna)
    entries = await audited(superuser, shop)
    assert [action for action, _, _ in entries] == ["member.changed", "member.changed", "member.removed"]
    assert str(shop.store_ids[shop.hub]) in entries[0][1]
    assert entries[1][1:] == ('{"role": "store_member"}', '{"role": "merchant_owner"}')
    assert entries[2][1:] == ('{"role": "merchant_owner"}', '{"role": null}')
