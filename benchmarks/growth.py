"""Compares the cost of the till's functions on a small and on a large ledger.

Both databases are on one server and are measured alternately, so that other load on the machine affects both.
"""

import asyncio
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend.core.migrations import upgrade
from backend.core.settings import Settings
from backend.dev.servers.postgres import APPLICATION, DATABASE, OWNER, SUPERUSER, EmbeddedPostgres
from backend.dev.servers.valkey import EmbeddedValkey
from backend.operations.ledger.tasks import audited, look_at_ledger
from backend.services import Services, open_services
from benchmarks.growth_calls import MEASURED, Ask
from benchmarks.growth_data import write_growth_data
from benchmarks.growth_report import Growth, GrowthRow, LedgerSize, growth_row, show, write
from benchmarks.machine import describe, load_now
from benchmarks.servers import DURABLE

SMALL, LARGE = 1_000, 1_000_000
ROUNDS, ASKED = 7, 150

MEASURED_SERVER = DURABLE | {"max_wal_size": "8GB"}


@dataclass(frozen=True, slots=True)
class _Data:
    settings: Settings
    cards: int
    lines: int
    seconds: float


def run(cards: int, console: Console) -> int:
    """Returns 1 when the ledger audit fails or a ratio misses its target."""
    load_before = load_now()
    folder = Path(tempfile.mkdtemp(prefix="orion-growth-"))
    try:
        with EmbeddedPostgres(folder / "pg", MEASURED_SERVER) as postgres, EmbeddedValkey(folder / "valkey") as valkey:
            upgrade(postgres.owner_url)
            result = asyncio.run(_compare(postgres, valkey.url, cards, load_before, console))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(result, console)
    if cards >= LARGE:
        write(result)
    return int(result.small.violations + result.large.violations > 0 or not all(row.met for row in result.rows))


async def _compare(
    postgres: EmbeddedPostgres, redis_url: str, cards: int, load_before: float, console: Console
) -> Growth:
    small = await _grow(postgres, redis_url, "small", SMALL, console)
    large = await _grow(postgres, redis_url, "large", cards, console)
    version, size = await _about(postgres.url(SUPERUSER, "large"))
    async with open_services(small.settings) as little, open_services(large.settings) as big:
        return Growth(
            machine=describe(version, load_before),
            small=await _checked(little, small),
            large=await _checked(big, large),
            write_seconds=round(large.seconds, 1),
            gibibytes=round(size / 2**30, 1),
            rows=[await _row(name, ask, (little, small.cards), (big, large.cards)) for name, ask in MEASURED.items()],
        )


async def _grow(postgres: EmbeddedPostgres, redis_url: str, name: str, cards: int, console: Console) -> _Data:
    postgres.create_database(name, template=DATABASE)
    started = time.perf_counter()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name)

        def report(what: str, rows: int) -> None:
            if bar.tasks[task].description != f"{name}: {what}":
                bar.reset(task, description=f"{name}: {what}")
            bar.advance(task, rows)

        lines = await write_growth_data(postgres.url(SUPERUSER, name), cards, report)
    seconds = time.perf_counter() - started
    console.print(f"{name}: {cards:,} cards, {lines:,} transactions, written in {seconds:.0f} s")
    settings = replace(
        Settings(),
        environment="test",
        database_url=postgres.url(APPLICATION, name),
        database_owner_url=postgres.url(OWNER, name),
        redis_url=redis_url,
        secret_keys="benchmark",
    )
    return _Data(settings, cards, lines, seconds)


async def _about(url: str) -> tuple[str, int]:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(
            "SELECT current_setting('server_version'), pg_database_size(current_database())"
        )
        return row[0], row[1]
    finally:
        await connection.close()


async def _checked(services: Services, world: _Data) -> LedgerSize:
    with Progress(transient=True) as bar:
        task = bar.add_task("audit", total=world.cards)
        result = await look_at_ledger(
            services.pool, await audited(services.sessions), lambda cards: bar.advance(task, cards)
        )
    for broken in result.violations[:5]:
        print(broken)
    assert (result.cards, result.transactions) == (world.cards, world.lines)
    return LedgerSize(world.cards, world.lines, result.seconds, result.violation_counts.total())


async def _row(name: str, ask: Ask, small: tuple[Services, int], large: tuple[Services, int]) -> GrowthRow:
    """Measures the two databases alternately. The cards are drawn uniformly."""
    medians: list[list[float]] = [[], []]
    for turn in range(ROUNDS):
        for (services, cards), rounds in zip((small, large), medians, strict=True):
            dice = random.Random(f"{name} {turn}")
            rounds.append(await _median(services, ask, [dice.randrange(cards) for _ in range(ASKED)]))
    return growth_row(name, *medians)


async def _median(services: Services, ask: Ask, cards: Sequence[int]) -> float:
    """In seconds. An unmeasured first pass loads the cards into memory, so that disk access is not measured."""
    for card in cards:
        await ask(services, card)
    seconds = []
    for card in cards:
        started = time.perf_counter()
        await ask(services, card)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)
