"""What offices see of cards: the owner every card of the merchant, the platform every card."""

from uuid import uuid4

import asyncpg
import pytest

from backend.services import Services
from tests.conftest import OpenShop
from tests.world.caller import new_key, refused
from tests.world.office import Office, PlatformOffice
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller


@pytest.fixture
async def ada(services: Services, anonymous: AnonymousCaller) -> PlatformOffice:
    return await hire_admin(services, anonymous, "Ada Martin", role="super_admin")


@pytest.fixture
async def apart(opened: OpenShop) -> Shop:
    """Stores that share nothing."""
    return await opened(policy={"allow_cross_location_redemption": False})


async def test_the_owner_sees_the_cards_of_all_stores_also_of_those_kept_apart(apart: Shop) -> None:
    owner = Office.of(apart.claire)
    cards = [await apart.a_card(email="marie@x.example", at=store) for store in (apart.hub, apart.outlet)]
    assert {card["id"] for card in await owner.find("marie@x.example")} == {card["id"] for card in cards}
    for card in cards:
        assert (await owner.show(card))["enrolled_store"] == card["enrolled_store"]
        assert [found["id"] for found in await owner.find(card["code"])] == [card["id"]]
        assert [line["kind"] for line in (await owner.history(card))["data"]] == ["enrolled"]


async def test_the_owner_hears_of_a_replaced_code_of_any_store(apart: Shop) -> None:
    owner, card = Office.of(apart.claire), await apart.a_card(at=apart.outlet)
    path = f"/store/loyalty/cards/{card['id']}/replace"
    await apart.luc.post(path, {"reason": "Lost"}, key=new_key())
    with refused("card_replaced", 409):
        await owner.find(card["code"])


async def test_the_owner_finds_a_number_as_it_is_told_in_the_country_of_any_store(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    """An office stands in no country: German customers tell their number as Luxembourgish ones do."""
    await superuser.execute("UPDATE stores SET country = 'DE' WHERE id = $1", shop.store_ids[shop.outlet])
    owner = Office.of(shop.claire)
    german = await shop.a_card(at=shop.outlet, phone="0151 23456789")
    neighbor = await shop.a_card(phone="621 123 456")
    for typed, card in (
        ("0151 23456789", german),
        ("+49 151 23456789", german),
        ("621123456", neighbor),
        ("00352 621 123 456", neighbor),
    ):
        assert [found["id"] for found in await owner.find(typed)] == [card["id"]]
    assert await owner.find("+352 151 23456789") == []


async def test_a_number_that_two_customers_tell_alike_finds_both_for_the_owner(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE stores SET country = 'FR' WHERE id = $1", shop.store_ids[shop.outlet])
    cards = [await shop.a_card(at=store, phone="0621 123 456") for store in (shop.hub, shop.outlet)]
    found = await Office.of(shop.claire).find("0621 123 456")
    assert {card["id"] for card in found} == {card["id"] for card in cards}


async def test_the_platform_sees_any_card_and_no_card_that_is_not_there(opened: OpenShop, ada: PlatformOffice) -> None:
    for shop in (await opened(), await opened()):
        card = await shop.a_card(points=7)
        assert (await ada.show(card))["points_balance"] == 7
        lines = (await ada.history(card, limit=1))["data"]
        assert [(line["kind"], line["amount"]) for line in lines] == [("earned", 7)]
    for asked in (ada.show(str(uuid4())), ada.history(str(uuid4()))):
        with refused("card_not_found", 404):
            await asked


async def test_a_history_is_read_page_by_page(shop: Shop, ada: PlatformOffice) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card(points=1, stamps=3)
    for office in (owner, ada):
        seen, page = [], await office.history(card, limit=2)
        while True:
            seen += [line["seq"] for line in page["data"]]
            if not page["has_more"]:
                break
            page = await office.history(card, limit=2, after=page["next_cursor"])
        assert seen == [5, 4, 3, 2, 1]


async def test_offices_show_cards_to_their_own_people_only(shop: Shop, ada: PlatformOffice) -> None:
    card = await shop.a_card()
    asked = [Office.of(shop.anna).show(card), Office.of(shop.anna).history(card), Office.of(shop.anna).find("weber")]
    asked += [Office.of(ada).show(card), PlatformOffice.of(shop.claire).show(card)]
    for request in asked:
        with refused("forbidden", 403):
            await request
