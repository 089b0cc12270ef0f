"""Merchants and their stores are found and changed."""

from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import OpenShop
from tests.merchants.administration import MerchantAdmin
from tests.world import PAUL
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def test_the_list_says_who_is_live(paul: MerchantAdmin, shop: Shop) -> None:
    (listed,) = (await paul.merchants(shop.code))["data"]
    assert (listed["name"], listed["state"], listed["members"]) == ("Fashion Group", "live", 3)
    assert (listed["stores"], listed["live_stores"]) == (2, 2)
    await paul.switch(shop, shop.hub, to=False)
    (listed,) = (await paul.merchants(shop.code))["data"]
    assert (listed["state"], listed["live_stores"]) == ("live", 1)


async def test_the_list_goes_on_page_by_page(paul: MerchantAdmin) -> None:
    word = uuid4().hex[:6]
    codes = {(await paul.open_merchant(f"{word}{number}"))["code"] for number in range(3)}
    seen, after = [], None
    for _ in range(3):
        page = await paul.merchants(word, limit=1, **({"after": after} if after else {}))
        seen += [row["code"] for row in page["data"]]
        after = page["next_cursor"]
    assert (set(seen), after) == (codes, None)
    with refused("cursor_expired", 410):
        await paul.merchants("other", limit=1, after="nonsense")


async def test_a_merchant_is_renamed(paul: MerchantAdmin, superuser: asyncpg.Connection) -> None:
    merchant = await paul.open_merchant()
    told = {"name": "Bäckerei Thill & Co", "postal_address": "1, rue du Pain, L-1111", "language": "lb"}
    changed = await paul.change(merchant, **told)
    assert (changed["name"], changed["language"], changed["version"]) == ("Bäckerei Thill & Co", "lb", 2)
    with refused("stale", 412) as said:
        await paul.change(merchant, contact_email=None)
    assert said[0]["changed_by"] == PAUL.name
    with refused("validation_failed", 422):
        await paul.change(changed, timezone="Moon/Base")
    with refused("merchant_not_found", 404):
        await paul.merchant("nobody-at-all")
    chain = "SELECT action FROM audit_entries JOIN merchants m ON m.id = merchant_id WHERE code = $1 ORDER BY seq"
    assert (await superuser.fetch(chain, merchant["code"]))[-1]["action"] == "merchant.changed"


async def test_a_store_is_opened_renamed_and_closed(
    paul: MerchantAdmin, shop: Shop, anonymous: AnonymousCaller
) -> None:
    code = f"B{uuid4().hex[:8]}".upper()
    store = await paul.open_store(shop.code, code, country="DE", is_live=True)
    assert (store["timezone"], store["is_live"]) == ("Europe/Luxembourg", True)
    assert (await shop.claire.at(code).program())["store"]["name"] == "Thill Belval"
    renamed = await paul.change_store(shop.code, store, name="Thill Esch", timezone="Europe/Berlin")
    assert (renamed["name"], renamed["timezone"], renamed["version"]) == ("Thill Esch", "Europe/Berlin", 2)
    with refused("stale", 412):
        await paul.change_store(shop.code, store, name="Thill Trier")
    closed = await paul.change_store(shop.code, renamed, is_active=False)
    assert (closed["is_active"], closed["is_live"]) == (False, False)
    with refused("store_not_found", 404):
        await shop.claire.at(code).program()
    with refused("store_not_found", 404):
        await anonymous.get(f"/storefront/loyalty/{code}/program")
    await paul.change_store(shop.code, closed, is_active=True)
    assert await anonymous.get(f"/storefront/loyalty/{code}/program")


async def test_another_merchants_store_is_not_found(paul: MerchantAdmin, shop: Shop, opened: OpenShop) -> None:
    theirs = await opened()
    with refused("store_not_found", 404):
        await paul.change_store(shop.code, {"id": theirs.store_ids[theirs.hub], "version": 1}, name="Mine")


async def test_people_are_invited_to_a_merchant(paul: MerchantAdmin, shop: Shop) -> None:
    sent = await paul.invite(shop.code, f"{uuid4().hex}@x.example", role="merchant_owner")
    with refused("already_invited", 409):
        await paul.invite(shop.code, sent["email"])
    path = f"/admin/merchants/{shop.code}/invitations/{sent['id']}"
    assert (await paul.post(f"{path}/resend"))["id"] == sent["id"]
    await paul.ask("DELETE", path)
    with refused("invitation_not_found", 404):
        await paul.post(f"{path}/resend")
    assert (await paul.merchant(shop.code))["invitations"] == []


@pytest.mark.parametrize("path", ["", "/{code}", "/{code}/policy", "/{code}/features"])
async def test_only_the_platform_sees_merchants(shop: Shop, anonymous: AnonymousCaller, path: str) -> None:
    asked = f"/admin/merchants{path.format(code=shop.code)}"
    with refused("unauthenticated", 401):
        await anonymous.get(asked)
    with refused("forbidden", 403):
        await shop.claire.get(asked)
