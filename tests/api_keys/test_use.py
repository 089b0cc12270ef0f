"""What a server can do with an API key, and what it cannot."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.access.permissions import MANAGE_CARDS, VIEW_PROGRAMS
from backend.core.clock import clock
from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.world.caller import new_key, refused
from tests.world.keys import connect
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, id_of


async def test_a_web_shop_enrolls_books_redeems_and_takes_back(shop: Shop) -> None:
    web = (await connect(shop)).at(shop.hub)
    card = await web.enroll("marie@example.com")
    earned = await web.earn(card, cents=12000, order_reference="W-1", key=(key := new_key()))
    assert (earned["card"]["points_balance"], earned["transaction"]["user"]) == (120, "Web shop")
    assert (await web.earn(card, cents=12000, order_reference="W-1", key=key)) == earned
    assert await web.state_of(key) == "booked"
    redeemed = await web.redeem(card, shop.rewards[100])
    assert (await web.void(redeemed, reason="Out of stock"))["card"]["points_balance"] == 120
    assert (await web.return_order("W-1"))["card"]["points_balance"] == 0
    assert [line["user"] for line in (await shop.anna.history(card))["data"]] == ["Web shop"] * 5


async def test_a_key_needs_no_pin_where_people_need_one(shop: Shop) -> None:
    """It is no person, and enters nobody's."""
    await shop.change(Policy, staff_pin_policy="required")
    web, card = (await connect(shop)).at(shop.hub), await shop.a_card()
    assert (await web.earn(card, cents=500))["card"]["points_balance"] == 5
    await shop.give_pin("claire", "97531")
    limit = {"scope": "card", "measure": "earns", "window_minutes": 60, "maximum": 1}
    await Office.of(shop.claire).set_fraud_limits(limit)
    with refused("limit_reached", 409):
        await web.earn(card, cents=500)
    with refused("override_refused", 403):
        await web.earn(card, cents=500, override={"email": shop.emails["claire"], "pin": "97531"})


async def test_the_key_is_part_of_the_chain_of_its_bookings_only(shop: Shop, superuser: asyncpg.Connection) -> None:
    web, card = await connect(shop), await shop.a_card()
    await shop.anna.earn(card, cents=500)
    mine = await web.at(shop.hub).earn(card, cents=500)
    rows = await superuser.fetch(
        "SELECT id, api_key_id, user_id, digest = chain_digest(lag(t.digest) OVER (ORDER BY seq), t) AS is_chained "
        "FROM transactions t WHERE card_id = $1 ORDER BY seq",
        UUID(card["id"]),
    )
    assert [row["api_key_id"] for row in rows] == [None, None, web.key_id]
    assert all(row["is_chained"] for row in rows)
    forged = (
        "SELECT digest = chain_digest(NULL, jsonb_populate_record(t, '{\"api_key_id\": null}')) FROM transactions t"
    )
    own = await superuser.fetchval(f"{forged} WHERE id = $1", UUID(id_of(mine["transaction"])))
    assert own is False


async def test_a_key_of_one_store_works_there_and_nowhere_else(shop: Shop) -> None:
    web = await connect(shop, at=[shop.hub])
    assert (await web.program())["store"]["code"] == shop.hub
    with refused("store_not_found", 404):
        await web.at(shop.outlet).program()
    with refused("forbidden", 403):
        await web.get("/merchant/loyalty/today")


async def test_a_key_of_all_stores_names_one_and_sees_the_figures_of_all(shop: Shop) -> None:
    web = await connect(shop)
    with refused("store_required", 400):
        await web.program()
    assert len((await web.get("/merchant/loyalty/today"))["stores"]) == 2


async def test_a_key_does_what_its_permissions_allow(shop: Shop) -> None:
    web, card = (await connect(shop, permissions=[VIEW_PROGRAMS])).at(shop.hub), await shop.a_card()
    await web.program()
    with refused("forbidden", 403) as said:
        await web.earn(card, cents=500)
    assert said[0]["permission"] == MANAGE_CARDS


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/auth/me"),
        ("POST", "/auth/sign-out"),
        ("GET", "/merchant/staff"),
        ("GET", "/merchant/api-keys"),
        ("POST", "/store/loyalty/pins/verify"),
        ("GET", "/admin/merchants"),
    ],
)
async def test_people_pins_settings_and_keys_are_closed_to_keys(shop: Shop, method: str, path: str) -> None:
    web = (await connect(shop)).at(shop.hub)
    body = {"staff_pin": "2468"} if "pins" in path else None
    with refused("not_for_api_keys", 403):
        await web.ask(method, path, json=body)


async def test_a_revoked_key_opens_nothing_with_its_next_request(shop: Shop) -> None:
    web = await connect(shop)
    await web.get("/api-key")
    await shop.claire.ask("DELETE", f"/merchant/api-keys/{web.key_id}")
    with refused("api_key_revoked", 401):
        await web.get("/api-key")


async def test_a_key_works_until_the_moment_it_expires(shop: Shop) -> None:
    web = await connect(shop, expires_at=clock.now() + timedelta(hours=1))
    clock.move(timedelta(minutes=59, seconds=59))
    await web.get("/api-key")
    clock.move(timedelta(seconds=1))
    with refused("api_key_revoked", 401):
        await web.get("/api-key")


async def test_what_no_key_is_opens_nothing(opened: OpenShop, anonymous: AnonymousCaller) -> None:
    mine, theirs = await opened(), await opened()
    web = await connect(mine)
    assert web.token is not None
    other_merchant = web.token[:-22] + (await connect(theirs)).token[-22:]  # type: ignore[index]
    other_mode = web.token.replace("live", "test")
    for token in (web.token[:-1], web.token + "A", other_merchant, other_mode, "ok_live_" + "é" * 64, "ok_live_"):
        with refused("unauthenticated", 401):
            await anonymous.get("/api-key", headers={"authorization": f"Bearer {token}".encode()})


async def test_a_key_of_the_other_mode_than_its_merchant_opens_nothing(shop: Shop) -> None:
    web = await connect(shop, mode="test")
    with refused("api_key_revoked", 401):
        await web.get("/api-key")


async def test_a_key_has_a_limit_of_its_own_and_none_of_a_person(shop: Shop) -> None:
    web = (await connect(shop)).at(shop.hub)
    answer = await web.send("POST", "/store/loyalty/cards/lookup", json={"query": "nobody"})
    assert answer.headers["ratelimit-policy"] == '"api-key";q=600;w=60'


async def test_the_last_use_is_noted_once_a_minute(shop: Shop) -> None:
    web = await connect(shop)
    path = f"/merchant/api-keys/{web.key_id}"
    assert (await shop.claire.get(path))["last_used_at"] is None
    noted = []
    for seconds in (0, 59, 1):
        clock.move(timedelta(seconds=seconds))
        await web.get("/api-key")
        noted.append((await shop.claire.get(path))["last_used_at"])
    assert noted[0] == noted[1] != noted[2]


async def test_a_key_says_what_it_is(shop: Shop) -> None:
    web = await connect(shop, at=[shop.hub], permissions=[VIEW_PROGRAMS])
    told = await web.get("/api-key")
    assert (told["name"], told["mode"], told["merchant_code"]) == ("Web shop", "live", shop.code)
    assert [(store["code"], store["is_live"]) for store in told["stores"]] == [(shop.hub, True)]
    assert told["permissions"] == [VIEW_PROGRAMS]
    with refused("api_key_not_found", 404):
        await shop.anna.get("/api-key")
