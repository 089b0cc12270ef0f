"""Everything of Google Wallet that a process holds while it runs."""

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
from backend.wallets.google.payloads import PassImages
from backend.wallets.google.provider import GoogleWallet
from backend.wallets.google.root_keys import RootKeys
from backend.wallets.google.save_link import SaveLinks

CALLBACK_PATH = "/api/v1/google/callback"


@dataclass(frozen=True, slots=True)
class Google:
    account: Account
    wallet: GoogleWallet
    save_links: SaveLinks
    callbacks: Callbacks
    breaker: Breaker


@asynccontextmanager
async def open_google(
    settings: Settings, *, pool: asyncpg.Pool, sessions: Sessions, redis: Redis, images: PassImages
) -> AsyncIterator[Google | None]:
    """None when it is not configured. Raises SettingsError when it is, but not rightly.

    The key is read here and not again: whoever replaces the file restarts the process.
    """
    account = load_account(settings)
    if account is None:
        yield None
        return
    async with open_client(settings, account, redis) as client:
        yield Google(
            account=account,
            wallet=GoogleWallet(client, account, images, pool, sessions, callback_url=callback_url(settings)),
            save_links=SaveLinks(account, settings),
            callbacks=Callbacks(sessions, RootKeys(settings), account.issuer_id),
            breaker=client.pace.breaker,
        )


def callback_url(settings: Settings) -> str | None:
    """None where Google cannot reach us."""
    return f"{settings.api_url}{CALLBACK_PATH}" if has_public_address(settings) else None
