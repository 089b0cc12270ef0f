"""The installation of the wallet benchmark: cards in Google Wallet, on its own servers."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from backend.core.settings import Settings
from backend.dev.sandbox.google.account import ISSUER_ID
from backend.dev.sandbox.google.environment import google_values
from backend.wallets.google.names import object_id
from benchmarks.data import CARD, MADE_AT, MERCHANT, MERCHANTS, Rows, id_of
from benchmarks.google_double import Google, start_google
from benchmarks.servers import environment_of, open_servers, pid_in
from benchmarks.write_data import write_data

MARK_OUT_OF_DATE = "UPDATE wallet_links SET synced_version = 0, payload_hash = NULL WHERE card_id = ANY($1)"
OUT_OF_DATE = "SELECT count(*) FROM wallet_links WHERE synced_version = 0"


@dataclass(frozen=True, slots=True)
class WalletSetup:
    folder: Path
    environment: Mapping[str, str]
    superuser_url: str
    google: Google
    pids: Mapping[str, int]


class PassesWrong(Exception):
    """The measured run did not bring every pass up to date."""


@contextmanager
def open_wallet_setup(folder: Path, cards: int) -> Iterator[WalletSetup]:
    folder.mkdir()
    with open_servers(folder) as (postgres, valkey), ExitStack() as stack:
        url = postgres.url("postgres")
        asyncio.run(write_cards(url, cards))
        environment = environment_of(postgres, valkey, 8391, 8392) | google_values(Settings(), folder)
        # In production, calls without TLS are refused, and the double of Google has no TLS.
        environment |= {"ORION_ENVIRONMENT": "development", "ORION_BACKEND_PUBLIC_URL": "https://bench.example"}
        google = start_google(_port(environment), cards, environment, folder, stack)
        pids = {"postgresql": pid_in(postgres.data_dir), "valkey": pid_in(valkey.data_dir), "google": google.server.pid}
        yield WalletSetup(folder, environment, url, google, pids)


async def mark_out_of_date(setup: WalletSetup, count: int) -> None:
    """Marks the first `count` passes as never sent to Google."""
    async with _superuser(setup.superuser_url) as connection:
        await connection.execute(MARK_OUT_OF_DATE, [id_of(CARD, n) for n in range(count)])


async def count_out_of_date(setup: WalletSetup) -> int:
    async with _superuser(setup.superuser_url) as connection:
        return int(await connection.fetchval(OUT_OF_DATE))


def verify_passes(setup: WalletSetup, count: int) -> None:
    """Raises PassesWrong unless Google shows the points of `count` cards and no other card is out of date."""
    right, behind = setup.google.facts().right, asyncio.run(count_out_of_date(setup))
    if (right, behind) != (count, 0):
        raise PassesWrong(f"of {count} passes {right} are right at Google, and {behind} are still behind")


async def write_cards(url: str, cards: int) -> None:
    """Creates cards with an active link to Google whose pass is up to date."""
    await write_data(url, cards)
    links = _links(cards)
    async with _superuser(url) as connection:
        await connection.copy_records_to_table(
            "wallet_links", columns=list(links[0]), records=[list(link.values()) for link in links]
        )
        await connection.execute("VACUUM ANALYZE wallet_links")


def _links(cards: int) -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n % MERCHANTS),
            "card_id": id_of(CARD, n),
            "provider": "google",
            "external_id": object_id(ISSUER_ID, id_of(CARD, n)),
            "status": "active",
            "synced_version": 1,
            "attempts": 0,
            "created_at": MADE_AT,
        }
        for n in range(cards)
    ]


def _port(environment: Mapping[str, str]) -> int:
    return int(environment["ORION_GOOGLE_WALLET_API_URL"].rpartition(":")[2])


@asynccontextmanager
async def _superuser(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
