from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.core.settings import Settings
from backend.dev.sandbox.google.account import ISSUER_ID, write_account
from backend.services import Services
from backend.wallets.google.account import Account, load_account
from backend.wallets.google.client import GoogleClient, open_client
from backend.wallets.google.open import Google as GoogleParts
from backend.wallets.google.open import open_google as open_parts
from backend.wallets.google.payloads import class_payload, object_payload, without_nones
from backend.wallets.ports import CardSnapshot
from tests.conftest import Servers
from tests.doubles.google import Google, open_google
from tests.world.passes import PlainImages, a_snapshot
from tests.world.shop import Shop

CLASS = without_nones(
    class_payload(a_snapshot().program, PlainImages(), issuer_id=ISSUER_ID, callback_url=None)
)  # fmt: skip
OBJECT = without_nones(object_payload(a_snapshot(), PlainImages(), issuer_id=ISSUER_ID))

SnapshotOf = Callable[..., CardSnapshot]


@pytest.fixture(scope="session")
def account_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_account(tmp_path_factory.mktemp("google") / "service-account.json")


@pytest.fixture
async def google(account_file: Path) -> AsyncIterator[Google]:
    async with open_google(account_file) as opened:
        yield opened


@pytest.fixture
def plain_settings(google: Google) -> Settings:
    """Without a database."""
    return google.settings(Settings(environment="test", public_url="http://orion.test"))


@pytest.fixture
def account(plain_settings: Settings) -> Account:
    found = load_account(plain_settings)
    assert found is not None
    return found


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    """With nothing in it."""
    async with Redis.from_url(servers.valkey.url) as opened:
        await opened.flushdb()
        yield opened


@pytest.fixture
async def client(plain_settings: Settings, account: Account, redis: Redis) -> AsyncIterator[GoogleClient]:
    async with open_client(plain_settings, account, redis) as opened:
        yield opened


@pytest.fixture
async def parts(google: Google, services: Services, redis: Redis) -> AsyncIterator[GoogleParts]:
    """Google Wallet as a process opens it."""
    settings = google.settings(services.settings)
    lanes = {"pool": services.pool, "sessions": services.sessions}
    async with open_parts(settings, **lanes, redis=redis, images=PlainImages()) as opened:
        assert opened is not None
        yield opened


@pytest.fixture
def marie(shop: Shop) -> SnapshotOf:
    """Marie's card, of a merchant that the database knows: `marie(stamp_count=4)`."""

    def snapshot(program: dict[str, Any] | None = None, **facts: Any) -> CardSnapshot:
        ids = {"merchant_id": shop.merchant_id, "program_id": shop.program_id}
        return a_snapshot(ids | (program or {}), **facts)

    return snapshot
