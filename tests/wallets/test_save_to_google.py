"""Add to Google Wallet."""

import asyncio
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card as CardTable
from backend.loyalty.cards.wallets import PassLink, wallets_view
from backend.services import Services
from backend.wallets import save_to_google
from tests.wallets.conftest import GoogleTown
from tests.world.caller import Json, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Card


async def test_the_button_makes_the_pass_and_leads_to_google(google_town: GoogleTown) -> None:
    card = await google_town.shop.a_card(points=12, first_name="Marie")
    answer = await google_town.tap(card)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{google_town.google.url}/gp/v/save/")
    assert answer.headers["cache-control"] == "no-store"
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 12}
    link = await google_town.town.superuser.fetchrow("SELECT * FROM wallet_links WHERE card_id = $1", UUID(card["id"]))
    assert (link["provider"], link["status"], link["external_id"]) == (
        "google",
        "active",
        google_town.at_google(card)["id"],
    )


async def test_a_second_tap_leads_there_again(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    assert (await google_town.tap(card)).status_code == 302
    assert await google_town.town.superuser.fetchval("SELECT count(*) FROM wallet_links") == 1


async def test_taps_at_once_all_lead_there(google_town: GoogleTown) -> None:
    """Whichever of the link's two keys is taken first."""
    for _ in range(5):
        card = await google_town.shop.a_card()
        google_town.google.fake.faults.latency_seconds = 0.05
        answers = await asyncio.gather(*(google_town.tap(card) for _ in range(6)))
        assert [answer.status_code for answer in answers] == [302] * 6


async def test_a_tap_waits_only_so_long_for_another(google_town: GoogleTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_to_google, "WAIT_SECONDS_MAX", 0)
    card = await google_town.shop.a_card()
    google_town.google.fake.faults.latency_seconds = 1.5
    answers = await asyncio.gather(google_town.tap(card), google_town.tap(card))
    assert sorted(answer.status_code for answer in answers) == [302, 503]


async def test_no_other_address_of_the_card_opens_the_button(google_town: GoogleTown) -> None:
    card = await google_town.shop.a_card()
    where = (google_town.shop.merchant_id, UUID(card["id"]), 0)
    links = google_town.services.links
    tokens = [links.url(*where), links.pass_url(*where).removesuffix(".pkpass"), "x" * 64, "nonsense"]
    for token in tokens:
        with refused("card_not_found", 404):
            await google_town.town.anonymous.get(f"/storefront/loyalty/wallets/google/{token.rsplit('/', 1)[-1]}")
    assert await google_town.town.superuser.fetchval("SELECT count(*) FROM wallet_links") == 0


@pytest.mark.parametrize("change", [{"page_version": 1}, {"state": "deactivated"}])
async def test_a_card_that_is_over_or_replaced_cannot_be_added(google_town: GoogleTown, change: Json) -> None:
    card = await google_town.shop.a_card()
    async with google_town.services.sessions.committing(google_town.shop.merchant_id) as session:
        await session.execute(update(CardTable).where(CardTable.id == UUID(card["id"])).values(change))
    assert (await google_town.tap(card)).json()["code"] == "card_not_found"


async def test_while_google_is_away_new_cards_wait_and_known_ones_are_led_there(google_town: GoogleTown) -> None:
    known, fresh = await google_town.a_card(), await google_town.shop.a_card()
    google_town.google.fake.faults.is_out = True
    await google_town.shop.anna.earn(known, cents=100)
    assert (await google_town.tap(known)).status_code == 302
    path = google_town.save_url(fresh).partition("/api/v1")[2]
    with refused("wallet_unavailable", 503) as said:
        await google_town.town.anonymous.get(path)
    assert said[0].answer.headers["retry-after"] == "60"


async def browse(town: GoogleTown, card: Card) -> httpx.Response:
    """A browser opens the link."""
    headers = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    return await town.town.anonymous.http.get(urlsplit(town.save_url(card)).path, headers=headers)


async def test_a_person_who_is_refused_is_led_back_to_their_card(
    google_town: GoogleTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_to_google, "WAIT_SECONDS_MAX", 0)
    card = await google_town.shop.a_card()
    google_town.google.fake.faults.is_out = True
    answer = await browse(google_town, card)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{card['page_url']}?wallet=wallet_unavailable"
    for _ in range(30):
        answer = await browse(google_town, card)
    assert answer.headers["location"] == f"{card['page_url']}?wallet=rate_limited"


async def test_a_person_with_a_forged_link_is_led_to_where_links_are_sent(google_town: GoogleTown) -> None:
    for token in ("nonsense", google_town.services.links.pass_url(google_town.shop.merchant_id, UUID(int=1), 0)[-64:]):
        answer = await google_town.town.anonymous.http.get(
            f"/api/v1/storefront/loyalty/wallets/google/{token}", headers={"accept": "text/html"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "http://orion.test/c")


async def test_without_google_the_button_leads_nowhere(
    anonymous: AnonymousCaller, shop: Shop, services: Services
) -> None:
    card = await shop.a_card()
    path = services.links.save_url(shop.merchant_id, UUID(card["id"]), 0).partition("/api/v1")[2]
    with refused("wallet_not_configured", 409):
        await anonymous.get(path)


def test_what_a_card_view_says_of_its_wallets(services: Services) -> None:
    links = CardLinks(services.key_ring, "http://orion.test", "http://api.test", wallets=frozenset({"google", "apple"}))
    card: Json = {"merchant_id": UUID(int=1), "card_id": UUID(int=2), "page_version": 0}

    def states(passes: list[PassLink], *, is_active: bool = True, of: CardLinks = links) -> tuple[str, str]:
        view = wallets_view(of, **card, is_active=is_active, passes=passes)
        assert (view.google.save_url is None) == (view.google.state == "off")
        assert (view.apple.pass_url is None) == (view.apple.state == "off")
        return view.google.state, view.apple.state

    saved, unknown, gone = (PassLink("google", "active", told) for told in (True, None, False))
    assert states([]) == states([unknown]) == states([gone]) == ("available", "available")
    assert states([saved, PassLink("apple", "active", True)]) == ("saved", "installed")
    assert states([PassLink("google", "removed", True)]) == ("available", "available")
    assert states([saved], is_active=False) == ("off", "off")
    assert states([], of=services.links) == ("off", "off")
