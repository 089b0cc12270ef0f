import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
from click.testing import CliRunner, Result

from backend.cli import orion as cli
from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.sandbox.google.account import ISSUER_ID, write_account
from backend.services import Services
from backend.wallets.google.names import object_id
from backend.wallets.outcomes import AttemptOutcome
from backend.wallets.ports import Provider, WalletProvider
from backend.wallets.snapshot import find_snapshot
from backend.wallets.sync import WalletSync
from backend.wallets.wallet_links import open_link
from tests.conftest import OwnTown, Town
from tests.doubles.google import Google, open_google
from tests.doubles.phone import Phones
from tests.world import ADA, PASSWORD, PAUL, Colleague
from tests.world.limits import forget_everything
from tests.world.shop import Shop
from tests.world.till import Card, Till

STATUS = "/admin/loyalty/wallet-status"

LINK = "SELECT * FROM wallet_links WHERE card_id = $1 AND provider = $2"


@dataclass
class Wallet:
    """What a card's holder and the background do with one provider."""

    sync: WalletSync
    superuser: asyncpg.Connection
    name: Provider
    shop: Shop

    async def add(self, card: Card) -> None:
        """The holder taps the button."""
        async with self.sync.sessions.committing(self.shop.merchant_id) as session:
            key = (self.shop.merchant_id, UUID(card["id"]), self.name)
            await open_link(session, key, f"{self.name}-{card['id']}", clock.now())

    async def a_card(self, **told: Any) -> Card:
        """In the wallet, and up to date there."""
        card = await self.shop.a_card(**told)
        await self.add(card)
        await self.update(card)
        return card

    async def update(self, card: Card) -> AttemptOutcome:
        return await self.sync.sync_card(self.shop.merchant_id, UUID(card["id"]), self.name)

    async def link(self, card: Card) -> asyncpg.Record:
        return await self.superuser.fetchrow(LINK, UUID(card["id"]), self.name)

    async def is_right(self, card: Card, phones: Phones) -> bool:
        """The phone shows what the till shows."""
        async with self.sync.sessions.committing(self.shop.merchant_id) as session:
            card_id = UUID(card["id"])
            meant = await find_snapshot(session, self.sync.links, self.shop.merchant_id, card_id, clock.now())
        return phones.shown[card_id] == meant


@pytest.fixture
def phones() -> Phones:
    return Phones()


OpenWallet = Callable[[WalletProvider, Shop], Wallet]
OpenWalletApart = Callable[[], Awaitable[Wallet]]


@pytest.fixture
def open_wallet(services: Services, superuser: asyncpg.Connection) -> OpenWallet:
    def with_provider(provider: WalletProvider, shop: Shop) -> Wallet:
        sync = replace(services.wallet_sync, providers={provider.name: provider})
        return Wallet(sync, superuser, provider.name, shop)

    return with_provider


@pytest.fixture
async def wallet(open_wallet: OpenWallet, phones: Phones, shop: Shop) -> Wallet:
    return open_wallet(phones, shop)


@pytest.fixture
async def open_wallet_apart(own_town: OwnTown, phones: Phones) -> AsyncIterator[OpenWalletApart]:
    """A wallet of a new shop in a database of the test's own: a run over all merchants visits only its shops."""
    async with own_town() as town:

        async def opened() -> Wallet:
            sync = replace(town.services.wallet_sync, providers={phones.name: phones})
            return Wallet(sync, town.superuser, phones.name, await town.open_shop())

        yield opened


@pytest.fixture(scope="session")
def account_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_account(tmp_path_factory.mktemp("google") / "service-account.json")


@pytest.fixture
async def google(account_file: Path) -> AsyncIterator[Google]:
    async with open_google(account_file) as opened:
        yield opened


@dataclass(frozen=True)
class GoogleTown:
    """A town with Google Wallet."""

    town: Town
    google: Google
    shop: Shop
    paul: Till
    """A platform admin."""
    ada: Till
    """The super admin."""

    @property
    def services(self) -> Services:
        return self.town.services

    def save_url(self, card: Card) -> str:
        """What the button opens."""
        return self.services.links.save_url(self.shop.merchant_id, UUID(card["id"]), 0)

    async def tap(self, card: Card) -> httpx.Response:
        return await self.town.anonymous.send("GET", urlsplit(self.save_url(card)).path.removeprefix("/api/v1"))

    async def a_card(self, **told: Any) -> Card:
        """In the wallet, and up to date there."""
        card = await self.shop.a_card(**told)
        assert (await self.tap(card)).status_code == 302
        return card

    def at_google(self, card: Card) -> dict[str, Any]:
        """The pass, as Google shows it."""
        return self.google.fake.passes.get("loyaltyObject", object_id(ISSUER_ID, UUID(card["id"]))).body


@pytest.fixture
async def google_town(own_town: OwnTown, google: Google) -> AsyncIterator[GoogleTown]:
    told = google.settings(Settings())
    values = {name: getattr(told, name) for name in Settings.__struct_fields__ if name.startswith("google_")}
    async with own_town(**values) as town:
        await forget_everything(town.services.redis)
        yield GoogleTown(town, google, await town.open_shop(), await signed_in(town, PAUL), await signed_in(town, ADA))


async def signed_in(town: Town, who: Colleague) -> Till:
    answer = await town.anonymous.sign_in(who.email, PASSWORD)
    return Till(town.anonymous.http, town.anonymous._promises, answer["token"])


async def orion(google_town: GoogleTown, *words: str) -> Result:
    """The command, in an environment of the town's."""
    settings = google_town.town.settings
    told = {
        f"ORION_{name.upper()}": str(getattr(settings, name))
        for name in Settings.__struct_fields__
        if getattr(settings, name) != getattr(Settings(), name)
    }
    return await asyncio.to_thread(CliRunner().invoke, cli.orion, list(words), env=told)
