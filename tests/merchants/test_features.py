"""A store goes live by a switch: the store's own wins over the merchant's, which wins over the platform's."""

import json
from uuid import uuid4

import asyncpg
import pytest

from backend.access.permissions import BY_ROLE
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.merchants.administration import MerchantAdmin
from tests.world import PAUL
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def test_nothing_switched_is_what_the_platform_has(paul: MerchantAdmin, shop: Shop) -> None:
    feature = await paul.feature(shop)
    assert feature["is_on_by_default"] is True
    for place in (feature["merchant"], *feature["stores"]):
        assert (place["is_in_force"], place["source"], place["version"]) == (True, "platform", 0)
    assert [place["store"]["code"] for place in feature["stores"]] == [shop.hub, shop.outlet]


async def test_a_merchant_that_is_switched_off_is_off_at_every_till_and_poster(
    paul: MerchantAdmin, shop: Shop, anonymous: AnonymousCaller
) -> None:
    await paul.switch(shop, to=False)
    for till in (shop.anna, shop.luc, shop.claire):
        with refused("feature_disabled", 403) as said:
            await till.program()
    assert "switched off at this store" in said[0]["detail"]
    with refused("feature_disabled", 403):
        await anonymous.get(f"/storefront/loyalty/{shop.hub}/program")


async def test_the_stores_own_switch_wins_and_can_be_taken_away(paul: MerchantAdmin, shop: Shop) -> None:
    await paul.switch(shop, to=False)
    switched = await paul.switch(shop, shop.hub, to=True)
    assert (switched["is_in_force"], switched["source"], switched["changed_by"]) == (True, "store", PAUL.name)
    assert await shop.anna.program()
    with refused("feature_disabled", 403):
        await shop.luc.program()
    inherited = await paul.switch(shop, shop.hub, to=None)
    assert (inherited["is_in_force"], inherited["source"], inherited["version"]) == (False, "merchant", 0)
    with refused("feature_disabled", 403):
        await shop.anna.program()


async def test_a_switch_that_somebody_else_has_moved_is_not_moved_back_unseen(paul: MerchantAdmin, shop: Shop) -> None:
    await paul.switch(shop, shop.hub, to=False)
    with refused("stale", 412) as said:
        await paul.switch(shop, shop.hub, to=True, version=0)
    assert said[0]["changed_by"] == PAUL.name
    with refused("stale", 412):
        await paul.switch(shop, shop.outlet, to=True, version=3)
    path = f"/admin/merchants/{shop.code}/features/loyalty"
    with refused("precondition_required", 428):
        await paul.ask("PUT", path, json={"is_enabled": True})


async def test_a_switch_is_an_entry_in_the_merchants_chain(
    paul: MerchantAdmin, shop: Shop, superuser: asyncpg.Connection
) -> None:
    await paul.switch(shop, shop.hub, to=False)
    await paul.switch(shop, shop.hub, to=None)
    rows = await superuser.fetch("SELECT * FROM audit_entries WHERE merchant_id = $1 ORDER BY seq", shop.merchant_id)
    assert [(row["action"], row["user_name"], row["on_behalf"]) for row in rows] == [
        ("feature.switched", PAUL.name, True)
    ] * 2
    store = {"store_ids": [str(shop.store_ids[shop.hub])]}
    assert [(json.loads(row["before"]), json.loads(row["after"])) for row in rows] == [
        ({"loyalty": None}, {"loyalty": False} | store),
        ({"loyalty": False}, {"loyalty": None} | store),
    ]


async def test_what_does_not_exist_cannot_be_switched(paul: MerchantAdmin, shop: Shop, opened: OpenShop) -> None:
    theirs, told = await opened(), {"json": {"is_enabled": True}, "headers": {"if-match": "*"}}
    with refused("feature_unknown", 404):
        await paul.ask("PUT", f"/admin/merchants/{shop.code}/features/telepathy", **told)
    for store_id in (uuid4(), theirs.store_ids[theirs.hub]):
        with refused("store_not_found", 404):
            await paul.ask("PUT", f"/admin/merchants/{shop.code}/stores/{store_id}/features/loyalty", **told)
    with refused("merchant_not_found", 404):
        await paul.ask("PUT", "/admin/merchants/nobody/features/loyalty", **told)


async def test_the_owner_sees_what_is_live_and_switches_nothing(paul: MerchantAdmin, shop: Shop) -> None:
    await paul.switch(shop, shop.outlet, to=False)
    (feature,) = (await shop.claire.get("/merchant/features"))["features"]
    assert {place["store"]["code"]: place["is_in_force"] for place in feature["stores"]} == {
        shop.hub: True,
        shop.outlet: False,
    }
    with refused("forbidden", 403):
        await shop.claire.ask("PUT", f"/admin/merchants/{shop.code}/features/loyalty", json={"is_enabled": True})
    with refused("forbidden", 403):
        await shop.anna.get("/merchant/features")


@pytest.mark.parametrize("asked", ["program", "cards/{card}", "transactions"])
async def test_the_four_questions_are_asked_in_their_order(
    paul: MerchantAdmin, shop: Shop, opened: OpenShop, anonymous: AnonymousCaller, asked: str
) -> None:
    """Who are you, is the feature on, may you, is it yours: each answer is the first that refuses."""
    theirs = await (await opened()).a_card()
    path = f"/store/loyalty/{asked.format(card=theirs['id'])}"
    await paul.switch(shop, to=False)
    await shop.change(StoreMember, permissions=[])
    with refused("unauthenticated", 401):
        await anonymous.get(path)
    with refused("feature_disabled", 403):
        await shop.anna.get(path)
    await paul.switch(shop, to=True)
    with refused("forbidden", 403):
        await shop.anna.get(path)
    await shop.change(StoreMember, permissions=sorted(BY_ROLE["merchant_owner"]))
    if "{card}" in asked:
        with refused("card_not_found", 404):
            await shop.anna.get(path)
    else:
        await shop.anna.get(path)


async def test_a_till_that_is_switched_off_says_so_before_it_reads_what_was_sent(
    shop: Shop, paul: MerchantAdmin
) -> None:
    card = await shop.a_card()
    await paul.switch(shop, to=False)
    with refused("feature_disabled", 403):
        await shop.anna.post(f"/store/loyalty/cards/{card['id']}/points", {"nonsense": 1}, key="k")
