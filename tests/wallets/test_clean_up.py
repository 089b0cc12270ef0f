"""A test customer has saved the card in Google Wallet: the pass ends at Google before the card is removed here."""

import json

from tests.wallets.conftest import GoogleTown, orion
from tests.world.limits import forget_everything
from tests.world.till import Card

CLEAN_UP = ("cleanup", "--test-data", "--json")
CARDS = "SELECT count(*) FROM cards WHERE merchant_id = $1"
WALKED = "SELECT step FROM walked_steps WHERE merchant_id = $1"


async def a_test_card(google_town: GoogleTown) -> Card:
    """In the wallet."""
    card = await google_town.a_card(first_name="Paul", points=5)
    marked = await orion(google_town, "customers", "mark-test", card["code"].replace(" ", ""))
    assert marked.exit_code == 0, marked.output
    return card


async def test_the_pass_of_a_removed_test_customer_has_ended_and_names_nobody(google_town: GoogleTown) -> None:
    card = await a_test_card(google_town)
    assert google_town.at_google(card)["state"] == "ACTIVE"
    cleaned = await orion(google_town, *CLEAN_UP)
    assert cleaned.exit_code == 0, cleaned.output
    facts = json.loads(cleaned.stdout)
    assert (facts["removed"]["wallet_links"], facts["kept"]) == (1, {})
    left = google_town.at_google(card)
    assert (left["state"], set(left)) == ("INACTIVE", {"id", "classId", "state"})
    merchant = google_town.shop.merchant_id
    assert await google_town.town.superuser.fetchval(CARDS, merchant) == 0
    assert "google_pass" in {row["step"] for row in await google_town.town.superuser.fetch(WALKED, merchant)}


async def test_a_test_customer_stays_until_google_has_ended_the_pass(google_town: GoogleTown) -> None:
    card = await a_test_card(google_town)
    google_town.google.fake.faults.token_endpoint_is_out = True
    await forget_everything(google_town.services.redis)
    refused = await orion(google_town, *CLEAN_UP)
    told = "its pass in Google Wallet could not be ended; run the command again"
    assert (refused.exit_code, json.loads(refused.stdout)["kept"]) == (3, {card["code"].replace(" ", ""): told})
    assert google_town.at_google(card)["state"] == "ACTIVE"
    google_town.google.fake.faults.token_endpoint_is_out = False
    await forget_everything(google_town.services.redis)
    assert (await orion(google_town, *CLEAN_UP)).exit_code == 0
    assert google_town.at_google(card)["state"] == "INACTIVE"
