"""In which language, and in whose name, a merchant's customers are written to."""

from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.services import Services
from backend.wallets.snapshot import find_snapshot
from tests.doubles.smtp import PostOffice
from tests.workers.conftest import relay_and_send
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

ADDRESS = "otto@example.com"
MAILS = "SELECT DISTINCT sender_name, sender_address FROM email_logs WHERE merchant_id = $1"


Wishes = tuple[str | None, str | None, str]
"""The customer's, the store's and the merchant's."""


async def speak(superuser: asyncpg.Connection, shop: Shop, store: str | None, merchant: str) -> None:
    await superuser.execute("UPDATE stores SET language = $2 WHERE id = $1", shop.store_ids[shop.hub], store)
    await superuser.execute("UPDATE merchants SET default_language = $2 WHERE id = $1", shop.merchant_id, merchant)


@pytest.mark.parametrize(
    ("wishes", "written"),
    [(("de", "lb", "en"), "de"), (("zh", "lb", "en"), "lb"), (("zh", None, "en"), "en"), (("zh", "zh", "zh"), "fr")],
)
async def test_mails_and_passes_are_in_the_customers_language_else_the_stores_the_merchants_the_platforms(
    working: dict[str, Services],
    shop: Shop,
    post_office: PostOffice,
    superuser: asyncpg.Connection,
    *,
    wishes: Wishes,
    written: str,
) -> None:
    customer, store, merchant = wishes
    services = working["services"]
    card = await shop.anna.enroll(ADDRESS)
    await speak(superuser, shop, store, merchant)
    await superuser.execute("UPDATE customers SET language = $2 WHERE merchant_id = $1", shop.merchant_id, customer)
    await relay_and_send(working)
    (mail,) = post_office.mails
    assert mail["Content-Language"] == written
    async with services.sessions.committing(shop.merchant_id) as session:
        snapshot = await find_snapshot(session, services.links, shop.merchant_id, UUID(card["id"]), clock.now())
    assert snapshot is not None
    assert snapshot.language == written


@pytest.mark.parametrize(
    ("wishes", "kept"),
    [(("de", "lb", "en"), "de"), ((None, "lb", "en"), "lb"), ((None, None, "de"), "de"), ((None, "zh", "zh"), "fr")],
)
async def test_a_customer_enrolled_at_the_till_has_the_language_chosen_else_the_stores_the_merchants_the_platforms(
    shop: Shop, superuser: asyncpg.Connection, wishes: Wishes, kept: str
) -> None:
    chosen, store, merchant = wishes
    await speak(superuser, shop, store, merchant)
    card = await shop.anna.enroll(ADDRESS, **{"language": chosen} if chosen else {})
    assert card["customer"]["language"] == kept


async def test_staff_and_customers_are_told_the_languages_of_store_and_merchant(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    await speak(superuser, shop, "lb", "de")
    me = await shop.anna.me()
    assert ([store["language"] for store in me["stores"]], me["merchant"]["language"]) == (["lb"], "de")
    card = await shop.anna.enroll(ADDRESS)
    for told in (await anonymous.program(shop.hub), await anonymous.card_page(card["page_url"])):
        assert (told["store_language"], told["merchant_language"]) == ("lb", "de")


async def test_all_mails_of_a_merchant_come_in_its_name(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    superuser: asyncpg.Connection,
) -> None:
    """The welcome, the link for who joins twice, for who has lost it, and for whose links were ended."""
    card = await shop.anna.enroll(ADDRESS)
    await relay_and_send(working)
    await anonymous.join(shop.hub, ADDRESS)
    await relay_and_send(working)
    await anonymous.lost_card(ADDRESS, store_code=shop.hub)
    await relay_and_send(working)
    await shop.anna.post(f"/store/loyalty/cards/{card['id']}/links", {}, key="new links")
    await relay_and_send(working)
    assert len(post_office.mails) == 4
    assert {mail["From"] for mail in post_office.mails} == {"Fashion Group <cards@orion.example>"}
    assert [tuple(row) for row in await superuser.fetch(MAILS, shop.merchant_id)] == [
        ("Fashion Group", "cards@orion.example")
    ]
