"""All passes of a merchant show something else."""

from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.services import Services
from backend.wallets import refresh
from backend.wallets.refresh import bump_all_pass_versions
from backend.wallets.wallet_links import open_link
from tests.conftest import OpenShop

VERSIONS = "SELECT id::text, wallet_version FROM cards WHERE merchant_id = ANY ($1)"


@pytest.mark.parametrize("saved", [0, 3, 4])
async def test_each_card_in_a_wallet_becomes_out_of_date_once(
    opened: OpenShop, services: Services, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, saved: int
) -> None:
    """In transactions of two cards here, however many of its links are theirs."""
    monkeypatch.setattr(refresh, "CHUNK", 2)
    shop, other = await opened(), await opened()
    cards = [await shop.a_card() for _ in range(5)]
    in_wallets = [(shop, card["id"]) for card in cards[:saved]] + [(other, (await other.a_card())["id"])]
    for owner, card_id in in_wallets:
        async with services.sessions.committing(owner.merchant_id) as session:
            await open_link(session, (owner.merchant_id, UUID(card_id), "google"), str(new_id()), clock.now())
            await open_link(session, (owner.merchant_id, UUID(card_id), "apple"), str(new_id()), clock.now())
    merchants = [shop.merchant_id, other.merchant_id]
    before = dict(await superuser.fetch(VERSIONS, merchants))
    assert await bump_all_pass_versions(services.sessions, shop.merchant_id) == saved
    after = dict(await superuser.fetch(VERSIONS, merchants))
    assert {card_id for card_id, version in after.items() if version != before[card_id]} == {
        card["id"] for card in cards[:saved]
    }
    assert sum(after.values()) - sum(before.values()) == saved
