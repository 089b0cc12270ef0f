"""Links that open a card end together: replaced after a loss, or ended because others have them."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from tests.loyalty.wallets.apple.conftest import AppleWorld
from tests.loyalty.wallets.conftest import GoogleTown
from tests.world.caller import new_key, refused
from tests.world.patience import WAITS_FOR_US, until
from tests.world.shop import Shop
from tests.world.till import Card, Stranger, Till

WAYS = {"replaced": ("replace", {"reason": "Lost"}), "given new links": ("links", {})}
Way = tuple[str, dict[str, str]]


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


async def end_links(till: Till, card: Card, way: Way, *, key: str | None = None) -> Card:
    route, body = way
    answer = await till.post(f"/store/loyalty/cards/{card['id']}/{route}", body, key=key or new_key())
    renewed: Card = answer["card"]
    return renewed


async def test_the_old_page_opens_nothing_and_the_new_one_shows_the_card(
    shop: Shop, stranger: Stranger, way: Way
) -> None:
    card = await shop.a_card(points=7)
    renewed = await end_links(shop.anna, card, way)
    with refused("card_not_found", 404):
        await stranger.card_page(card["page_url"])
    shown = await stranger.card_page(renewed["page_url"])
    assert (shown["card"]["id"], shown["card"]["points_balance"]) == (card["id"], 7)


async def test_new_links_leave_the_code_and_the_balance_as_they_are(shop: Shop) -> None:
    card = await shop.a_card(points=7)
    renewed = await end_links(shop.anna, card, WAYS["given new links"])
    assert (renewed["code"], renewed["points_balance"]) == (card["code"], 7)
    assert (await shop.anna.earn(card, cents=100))["card"]["points_balance"] == 8


async def test_pressing_again_ends_nothing_more(shop: Shop, stranger: Stranger, way: Way) -> None:
    card, key = await shop.a_card(), new_key()
    first = await end_links(shop.anna, card, way, key=key)
    assert await end_links(shop.anna, card, way, key=key) == first
    await stranger.card_page(first["page_url"])


async def test_only_who_manages_cards_may_end_links(shop: Shop, stranger: Stranger) -> None:
    card = await shop.a_card()
    with refused("unauthenticated", 401):
        await end_links(stranger, card, WAYS["given new links"])
    await stranger.card_page(card["page_url"])


async def test_the_old_pass_file_and_the_token_of_an_installed_pass_end_too(world: AppleWorld, way: Way) -> None:
    card, phone = await world.shop.a_card(points=1), world.phone()
    held = await world.add(phone, card)
    await end_links(world.shop.anna, card, way)
    assert (await world.http.get(world.pass_url(card))).status_code == 404
    assert (await phone.fetch(held)).status_code == 401
    pushed = len(world.apple.apns.pushes)
    await world.updated(card)
    assert len(world.apple.apns.pushes) == pushed, "its phone is told nothing more"
    anew = await phone.add(world.pass_url(card, page_version=1))
    assert anew.opened.serial != held.opened.serial
    assert (await phone.fetch(anew)).status_code in {200, 304}


@pytest.mark.parametrize("is_installed", [False, True], ids=["with the old link", "with the old pass"])
async def test_who_asks_for_a_pass_while_its_links_are_ended_gets_none(
    world: AppleWorld, superuser: asyncpg.Connection, *, is_installed: bool
) -> None:
    """It would have the address of the card's new page on its back."""
    card, phone = await world.shop.a_card(), world.phone()
    held = await world.add(phone, card) if is_installed else None
    async with superuser.transaction():
        await superuser.execute("SELECT end_card_links($1, $2)", world.shop.merchant_id, UUID(card["id"]))
        asked = asyncio.create_task(phone.fetch(held) if held else world.http.get(world.pass_url(card)))
        await until(lambda: superuser.fetchval(WAITS_FOR_US))
    assert (await asked).status_code == (401 if held else 404)
    mine = "SELECT count(*) FROM apple_passes WHERE card_id = $1"
    assert await superuser.fetchval(mine, UUID(card["id"])) == 0


async def test_what_others_saved_at_google_is_empty_and_over(google_town: GoogleTown, way: Way) -> None:
    shop = google_town.shop
    card = await google_town.a_card(points=3, first_name="Marie")
    former = google_town.at_google(card)["id"]
    await end_links(shop.anna, card, way)
    assert (await google_town.tap(card)).json()["code"] == "card_not_found"
    await google_town.services.wallet_sync.sync_card(shop.merchant_id, UUID(card["id"]), "google")
    passes = google_town.google.fake.passes
    over = passes.get("loyaltyObject", former).body
    assert (over["state"], set(over) & {"accountName", "barcode", "loyaltyPoints", "linksModuleData"}) == (
        "INACTIVE",
        set(),
    )
    await shop.anna.earn(card, cents=200)
    url = google_town.services.links.save_url(shop.merchant_id, UUID(card["id"]), 1)
    answer = await google_town.town.stranger.send("GET", url.partition("/api/v1")[2])
    assert answer.status_code == 302
    anew = passes.get("loyaltyObject", f"{former}_1").body
    assert (anew["state"], anew["loyaltyPoints"]["balance"]) == ("ACTIVE", {"int": 5})
    assert passes.get("loyaltyObject", former).body == over
