"""Opens Google Wallet for a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from redis.asyncio import Redis

from backend.core.database import Sessions
from backend.core.outbound.breaker import Breaker
from backend.core.settings import Settings
from backend.wallets.google.account import Account, has_public_address, load_account
from backend.wallets.google.callbacks import Callbacks
from backend.wallets.google.client import open_client
from backend.wallets.google.payloads import ImageUrls
from backend.wallets.google.provider import GoogleProvider
from backend.wallets.google.root_keys import RootKeys
from backend.wallets.google.save_link import SaveLinks
from backend.wallets.metrics import KEY_MADE

CALLBACK_PATH = "/api/v1/google/callback"


@dataclass(frozen=True, slots=True)
class Google:
    account: Account
    wallet: GoogleProvider
    save_links: SaveLinks
    callbacks: Callbacks
    breaker: Breaker


@asynccontextmanager
async def open_google(
    settings: Settings, *, pool: asyncpg.Pool, sessions: Sessions, redis: Redis, images: ImageUrls
) -> AsyncIterator[Google | None]:
    """None when it is not configured. Raises SettingsError when the configuration is wrong.

    The key is read only here, so a process has to be restarted after the file is replaced.
    """
    account = load_account(settings)
    if account is None:
        yield None
        return
    KEY_MADE.labels("google_service_account").set(account.file_changed_at.timestamp())
    async with open_client(settings, account, redis) as client:
        yield Google(
            account=account,
            wallet=GoogleProvider(client, account, images, pool, sessions, callback_url=callback_url(settings)),
            save_links=SaveLinks(account, settings),
            callbacks=Callbacks(sessions, RootKeys(settings), account.issuer_id),
            breaker=client.pace.breaker,
        )


def callback_url(settings: Settings) -> str | None:
    """None where Google cannot reach us."""
    return f"{settings.api_url}{CALLBACK_PATH}" if has_public_address(settings) else None
