"""Opens the wallets that are configured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from arq.connections import ArqRedis
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.files import check_authorities
from backend.core.keys import KeyRing
from backend.core.settings import Settings
from backend.loyalty.cards.card_urls import CardLinks
from backend.wallets.apple.certificates import is_configured as has_apple
from backend.wallets.apple.certificates import load_certificates
from backend.wallets.apple.open import Apple, open_apple
from backend.wallets.freshness import Freshness
from backend.wallets.google.account import load_account
from backend.wallets.google.open import Google, open_google
from backend.wallets.google.save_link import check_save_links
from backend.wallets.images.actions import PassImages
from backend.wallets.ports import Provider, WalletProvider
from backend.wallets.sync import WalletSync


@dataclass(frozen=True, slots=True)
class OpenWallets:
    google: Google | None
    apple: Apple | None
    images: PassImages
    sync: WalletSync


def configured_wallets(settings: Settings) -> frozenset[str]:
    has_google = settings.google_wallet_issuer_id or settings.google_wallet_service_account_file
    google = {"google"} if has_google else set[str]()
    return frozenset(google | ({"apple"} if has_apple(settings) else set()))


def check_wallet_files(settings: Settings) -> None:
    """Called before a process starts. Raises SettingsError, one sentence, when the configuration cannot work."""
    if account := load_account(settings):
        check_save_links(account, settings)
    if settings.apns_ca_file:
        check_authorities("ORION_APNS_CA_FILE", settings.apns_ca_file)
    load_certificates(settings, clock.now())


@asynccontextmanager
async def open_wallets(
    settings: Settings,
    *,
    pool: asyncpg.Pool,
    sessions: Sessions,
    redis: Redis,
    queue: ArqRedis,
    keys: KeyRing,
    links: CardLinks,
) -> AsyncIterator[OpenWallets]:
    """Raises what `check_wallet_files` does."""
    images = PassImages(sessions, redis, keys, api_url=settings.api_url, default_logo_url=settings.default_logo_url)
    async with (
        open_google(settings, pool=pool, sessions=sessions, redis=redis, images=images) as google,
        open_apple(
            settings, sessions=sessions, redis=redis, queue=queue, keys=keys, links=links, images=images
        ) as apple,
    ):
        providers: dict[Provider, WalletProvider] = {}
        if google is not None:
            providers["google"] = google.wallet
        if apple is not None:
            providers["apple"] = apple.wallet
        yield OpenWallets(google, apple, images, WalletSync(pool, sessions, links, providers, Freshness(redis)))
