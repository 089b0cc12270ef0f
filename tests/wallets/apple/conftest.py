from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from msgspec.structs import replace

from backend.app import create_app
from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.sandbox.apple.iphone import FakeIPhone, HeldPass
from backend.dev.sandbox.apple.pki import ApplePki
from backend.services import Services, open_services
from backend.wallets.outcomes import AttemptOutcome, OutcomeKind
from backend.wallets.ports import ProgramSnapshot
from tests.conftest import client, running
from tests.doubles.apple import Apple, open_apple
from tests.world.patience import until
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Card

PROGRAM = ProgramSnapshot(
    merchant_id=UUID(int=1),
    program_id=UUID(int=2),
    merchant_name="Café Aurora",
    name="Aurora Club",
    card_name="Aurora card",
    card_color="#414FD2",
    logo_url=None,
    type="hybrid",
    stamps_target=10,
    stamp_reward={"en": "Free coffee", "fr": "Café offert"},
    terms_text={"en": "One point for each euro.", "fr": "Un point par euro."},
    terms_url="https://aurora.example/terms",
    privacy_url="https://aurora.example/privacy",
    default_language="en",
    timezone="Europe/Luxembourg",
    stores=["Gare", "Belval"],
)

WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1)"


@dataclass
class AppleWorld:
    """Apple's side, ours with certificates, and a shop."""

    apple: Apple
    services: Services
    http: httpx.AsyncClient
    superuser: asyncpg.Connection
    shop: Shop

    def phone(self, **told: Any) -> FakeIPhone:
        return FakeIPhone(self.http, self.apple.root, **told)

    def pass_url(self, card: Card, *, page_version: int = 0) -> str:
        return self.services.links.pass_url(self.shop.merchant_id, UUID(card["id"]), page_version)

    async def add(self, phone: FakeIPhone, card: Card) -> HeldPass:
        """The holder adds the pass, and the phone is up to date."""
        held = await phone.add(self.pass_url(card))
        await self.update(card)
        await phone.pushed()
        return phone.passes[held.opened.serial]

    async def update(self, card: Card) -> AttemptOutcome:
        """What the worker does, a moment after the last time."""
        clock.move(timedelta(seconds=3))
        return await self.services.wallet_sync.sync_card(self.shop.merchant_id, UUID(card["id"]), "apple")

    async def updated(self, card: Card) -> None:
        result = await self.update(card)
        assert result.kind is OutcomeKind.SYNCED, result

    async def device_count(self) -> int:
        return int(await self.superuser.fetchval("SELECT count(*) FROM apple_devices"))


async def at_the_lock(world: AppleWorld, word: str) -> None:
    """Returns when a statement that contains the word waits for a lock."""

    async def somebody_waits() -> bool:
        return bool(await world.superuser.fetchval(WAITS, f"%{word}%"))

    await until(somebody_waits)


@pytest.fixture(scope="session")
def pki() -> ApplePki:
    return ApplePki.make()


@pytest.fixture(scope="session")
async def apple(tmp_path_factory: pytest.TempPathFactory, pki: ApplePki) -> AsyncIterator[Apple]:
    async with open_apple(tmp_path_factory.mktemp("apple"), pki) as opened:
        yield opened


@pytest.fixture(scope="session")
async def apple_services(apple: Apple, settings: Settings) -> AsyncIterator[Services]:
    async with open_services(apple.settings(replace(settings, pool_size=4))) as opened:
        yield opened


@pytest.fixture(scope="session")
async def apple_http(apple: Apple, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The API as phones reach it."""
    async with running(create_app(apple.settings(replace(settings, pool_size=4)))) as app, client(app) as http:
        yield http


@pytest.fixture
async def calm(
    apple: Apple, apple_services: Services, superuser: asyncpg.Connection, anonymous: AnonymousCaller
) -> asyncpg.Connection:
    """No phone is registered, and Apple has no faults."""
    await superuser.execute("DELETE FROM apple_devices")
    for forgotten in (apple.apns.pushes, apple.apns.refused, apple.apns.scripts):
        forgotten.clear()
    apple.apns.always = None
    assert apple_services.apple is not None
    apple_services.apple.wallet._refused.clear()
    return superuser


@pytest.fixture
async def world(
    calm: asyncpg.Connection, apple: Apple, apple_services: Services, apple_http: httpx.AsyncClient, shop: Shop
) -> AppleWorld:
    return AppleWorld(apple, apple_services, apple_http, calm, shop)
