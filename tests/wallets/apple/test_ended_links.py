"""All links of a card end together, after a loss or because others have them."""

import asyncio
from itertools import pairwise
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import func, select

from backend.loyalty.cards import code as card_code
from backend.loyalty.enrollment.queries import CARD_AT_HOME
from backend.loyalty.programs.models import Program
from tests.wallets.apple.conftest import AppleWorld, at_the_lock
from tests.wallets.conftest import GoogleTown
from tests.world.caller import Caller, new_key, refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Card

Way = tuple[str, dict[str, str]]
WAYS: dict[str, Way] = {"replaced": ("replace", {"reason": "Lost"}), "given new links": ("links", {})}


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


async def end_links(till: Caller, card: Card, way: Way, *, key: str | None = None) -> Card:
    route, body = way
    answer = await till.post(f"/store/loyalty/cards/{card['id']}/{route}", body, key=key or new_key())
    renewed: Card = answer["card"]
    return renewed


async def test_the_old_page_opens_nothing_and_the_new_one_shows_the_card(
    shop: Shop, anonymous: AnonymousCaller, way: Way
) -> None:
    card = await shop.a_card(points=7)
    renewed = await end_links(shop.anna, card, way)
    with refused("card_not_found", 404):
        await anonymous.card_page(card["page_url"])
    shown = await anonymous.card_page(renewed["page_url"])
    assert (shown["card"]["id"], shown["card"]["points_balance"]) == (card["id"], 7)


async def test_new_links_leave_the_code_and_the_balance_as_they_are(shop: Shop) -> None:
    card = await shop.a_card(points=7)
    renewed = await end_links(shop.anna, card, WAYS["given new links"])
    assert (renewed["code"], renewed["points_balance"]) == (card["code"], 7)
    assert (await shop.anna.earn(card, cents=100))["card"]["points_balance"] == 8


async def test_pressing_again_ends_nothing_more(shop: Shop, anonymous: AnonymousCaller, way: Way) -> None:
    card, key = await shop.a_card(), new_key()
    first = await end_links(shop.anna, card, way, key=key)
    assert await end_links(shop.anna, card, way, key=key) == first
    await anonymous.card_page(first["page_url"])


async def test_only_who_manages_cards_may_end_links(shop: Shop, anonymous: AnonymousCaller) -> None:
    card = await shop.a_card()
    with refused("unauthenticated", 401):
        await end_links(anonymous, card, WAYS["given new links"])
    await anonymous.card_page(card["page_url"])


async def merged(shop: Shop, merges: int) -> list[Card]:
    """Each is merged into the next, and the last one stays."""
    cards = [await shop.a_card(points=1) for _ in range(merges + 1)]
    for card, kept in pairwise(cards):
        done = await Office.of(shop.claire).merge(kept, card)
    return [*cards[:-1], done["card"]]


@pytest.mark.parametrize("merges", [1, 2])
async def test_the_pages_of_merged_cards_end_with_the_links_of_the_one_that_goes_on(
    shop: Shop, anonymous: AnonymousCaller, way: Way, merges: int
) -> None:
    cards = await merged(shop, merges)
    renewed = await end_links(shop.anna, cards[-1], way)
    for card in cards:
        with refused("card_not_found", 404):
            await anonymous.card_page(card["page_url"])
    assert (await anonymous.card_page(renewed["page_url"]))["card"]["points_balance"] == merges + 1


@pytest.mark.parametrize("merges", [1, 2])
async def test_the_codes_of_merged_cards_are_refused_with_the_one_that_was_replaced(shop: Shop, merges: int) -> None:
    cards = await merged(shop, merges)
    renewed = await end_links(shop.anna, cards[-1], WAYS["replaced"])
    for card in cards:
        with refused("card_replaced", 409):
            await shop.anna.find(card["code"])
    assert [found["id"] for found in await shop.anna.find(renewed["code"])] == [cards[-1]["id"]]


async def test_the_code_of_a_merged_card_outlives_new_links(shop: Shop) -> None:
    other, kept = await merged(shop, 1)
    await end_links(shop.anna, kept, WAYS["given new links"])
    assert [found["id"] for found in await shop.anna.find(other["code"])] == [kept["id"]]


@pytest.mark.parametrize("kept_is_older", [True, False])
async def test_a_merge_undone_ends_the_links_that_the_other_holder_has_read(
    shop: Shop, anonymous: AnonymousCaller, kept_is_older: bool
) -> None:
    owner, cards = Office.of(shop.claire), [await shop.a_card(points=points) for points in (3, 4)]
    other, kept = reversed(cards) if kept_is_older else cards
    merge = await owner.merge(kept, other)
    read = (await anonymous.card_page(other["page_url"]))["card"]["page_url"]
    undone = await owner.reverse(merge)
    with refused("card_not_found", 404):
        await anonymous.card_page(read)
    for url, card in ((undone["card"]["page_url"], kept), (other["page_url"], other)):
        shown = (await anonymous.card_page(url))["card"]
        assert (shown["id"], shown["points_balance"]) == (card["id"], card["points_balance"])
    assert undone["other_card"]["page_url"] == other["page_url"]


@pytest.mark.parametrize("merges", [1, 2])
async def test_a_card_that_lost_its_code_while_merged_gets_another_when_the_merge_is_undone(
    shop: Shop, anonymous: AnonymousCaller, merges: int
) -> None:
    cards = await merged(shop, merges)
    renewed = await end_links(shop.anna, cards[-1], WAYS["replaced"])
    undone = await Office.of(shop.claire).reverse(renewed["merged_cards"][0])
    other = undone["other_card"]
    assert other["id"] == cards[-2]["id"]
    for card in cards:
        with refused("card_replaced", 409):
            await shop.anna.find(card["code"])
    for card in (other, undone["card"]):
        assert [found["id"] for found in await shop.anna.find(card["code"])] == [card["id"]]
        assert (await anonymous.card_page(card["page_url"]))["card"]["id"] == card["id"]


async def test_the_passes_of_a_merged_card_end_with_the_links_of_the_one_that_goes_on(
    world: AppleWorld, way: Way
) -> None:
    kept, other, phone = await world.shop.a_card(points=1), await world.shop.a_card(), world.phone()
    held = await world.add(phone, other)
    await Office.of(world.shop.claire).merge(kept, other)
    assert (await phone.fetch(held)).status_code in {200, 304}
    await end_links(world.shop.anna, kept, way)
    assert (await phone.fetch(held)).status_code == 401


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


async def test_the_old_pass_is_not_fetched_while_its_links_end(world: AppleWorld) -> None:
    """Its back would show the new URL of the card's page."""
    card, phone = await world.shop.a_card(), world.phone()
    held = await world.add(phone, card)
    async with world.services.sessions.committing(world.shop.merchant_id) as ending:
        await ending.execute(select(func.end_card_links(world.shop.merchant_id, UUID(card["id"]))))
        fetching = asyncio.create_task(phone.fetch(held))
        await at_the_lock(world, "FROM apple_passes%FOR KEY SHARE")
    assert (await fetching).status_code == 401


async def test_the_page_of_a_merged_card_does_not_tell_links_that_are_made_at_that_moment(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, kept = await merged(shop, 1)
    fetchval = asyncpg.Pool.fetchval

    async def at_that_moment(pool: asyncpg.Pool, query: str, *told: object) -> object:
        if query == CARD_AT_HOME and told[1] == UUID(kept["id"]):
            await superuser.execute("SELECT end_card_links($1, $2)", shop.merchant_id, UUID(kept["id"]))
        return await fetchval(pool, query, *told)

    monkeypatch.setattr(asyncpg.Pool, "fetchval", at_that_moment)
    with refused("card_not_found", 404):
        await anonymous.card_page(other["page_url"])


async def test_the_page_of_a_card_whose_merge_is_undone_at_that_moment_is_its_own(
    shop: Shop, anonymous: AnonymousCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, other = await shop.a_card(), await shop.a_card()
    merges = [await Office.of(shop.claire).merge(kept, other)]
    fetchval = asyncpg.Pool.fetchval

    async def at_that_moment(pool: asyncpg.Pool, query: str, *told: object) -> object:
        if query == CARD_AT_HOME and told[1] == UUID(kept["id"]):
            await Office.of(shop.claire).reverse(merges.pop())
        return await fetchval(pool, query, *told)

    monkeypatch.setattr(asyncpg.Pool, "fetchval", at_that_moment)
    assert (await anonymous.card_page(other["page_url"]))["card"]["id"] == other["id"]
    assert merges == []


async def test_a_pass_file_is_not_made_with_links_that_end_at_that_moment(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    async with world.services.sessions.committing(world.shop.merchant_id) as ending:
        await ending.execute(select(func.end_card_links(world.shop.merchant_id, UUID(card["id"]))))
        download = asyncio.create_task(world.http.get(world.pass_url(card)))
        await at_the_lock(world, "FROM cards%FOR SHARE")
    assert (await download).status_code == 404
    assert not await world.superuser.fetchval("SELECT count(*) FROM apple_passes WHERE card_id = $1", UUID(card["id"]))


async def test_erasing_a_card_ends_its_links(world: AppleWorld, anonymous: AnonymousCaller) -> None:
    """Only the void pass stays for a month, so that the phone can fetch it."""
    shop, phone = world.shop, world.phone()
    card = await shop.a_card(first_name="Zoé")
    held = await world.add(phone, card)
    await shop.erase(card)
    version = "SELECT page_version FROM cards WHERE id = $1"
    assert await world.superuser.fetchval(version, UUID(card["id"])) == 1
    with refused("card_not_found", 404):
        await anonymous.card_page(card["page_url"])
    for page_version in (0, 1):
        assert (await world.http.get(world.pass_url(card, page_version=page_version))).status_code == 404
    await world.updated(card)
    await phone.pushed()
    assert phone.passes[held.opened.serial].content["voided"] is True
    assert "/c/" not in str(phone.passes[held.opened.serial].content)


async def test_the_database_itself_wants_to_know_since_when_a_card_is_erased(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card()
    with pytest.raises(asyncpg.CheckViolationError, match="erased_at"):
        await superuser.execute("UPDATE cards SET state = 'erased', customer_id = NULL WHERE id = $1", UUID(card["id"]))


@pytest.mark.parametrize("place", ["a deactivated card", "a closed program", "a store without loyalty"])
async def test_links_of_what_is_out_of_use_can_be_ended(shop: Shop, anonymous: AnonymousCaller, place: str) -> None:
    card = await shop.a_card(points=7)
    if place == "a deactivated card":
        await Office.of(shop.claire).deactivate(card)
    elif place == "a closed program":
        await shop.change(Program, is_active=False)
    else:
        await shop.switch_loyalty(is_enabled=False)
    assert (await anonymous.card_page(card["page_url"]))["card"]["id"] == card["id"]
    renewed = await end_links(shop.anna, card, WAYS["given new links"])
    with refused("card_not_found", 404):
        await anonymous.card_page(card["page_url"])
    assert (await anonymous.card_page(renewed["page_url"]))["card"]["points_balance"] == 7


async def test_ending_the_links_of_a_merged_card_names_the_one_that_goes_on(shop: Shop) -> None:
    other, kept = await merged(shop, 1)
    with refused("card_inactive", 409) as said:
        await end_links(shop.anna, other, WAYS["given new links"])
    assert said[0]["merged_into"] == card_code.show(kept["code"])


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
    answer = await google_town.town.anonymous.send("GET", url.partition("/api/v1")[2])
    assert answer.status_code == 302
    anew = passes.get("loyaltyObject", f"{former}_1").body
    assert (anew["state"], anew["loyaltyPoints"]["balance"]) == ("ACTIVE", {"int": 5})
    assert passes.get("loyaltyObject", former).body == over


async def test_what_was_saved_of_a_merged_card_is_empty_and_over_too(google_town: GoogleTown, way: Way) -> None:
    shop = google_town.shop
    kept, other = await shop.a_card(), await google_town.a_card(points=3, first_name="Marie")
    former = google_town.at_google(other)["id"]
    await Office.of(shop.claire).merge(kept, other)
    await end_links(shop.anna, kept, way)
    await google_town.services.wallet_sync.sync_card(shop.merchant_id, UUID(other["id"]), "google")
    over = google_town.google.fake.passes.get("loyaltyObject", former).body
    assert (over["state"], set(over) & {"accountName", "barcode", "loyaltyPoints", "linksModuleData"}) == (
        "INACTIVE",
        set(),
    )
