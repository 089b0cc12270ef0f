"""An older version is replaced by this one while tills book: `make upgrade-test`. No booking may fail or be lost.

As docs/install.md has it: migrations of the new version first, then one process after the other.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from backend.dev.servers.postgres import SUPERUSER, EmbeddedPostgres
from backend.dev.servers.valkey import EmbeddedValkey
from tests.upgrade.older import ROOT, NoOlderVersion, unpack
from tests.upgrade.till import BusyTill
from tests.world import PASSWORD
from tests.world.ports import own_port

SECONDS_BETWEEN, READY_SECONDS, STOP_SECONDS = 3.0, 60.0, 45.0
ANNA = {"email": "anna@fashion.example", "password": PASSWORD}
NAMES = ("weber", "muller", "schmit", "a")
BOOKED = "SELECT count(*) FROM transactions WHERE kind = 'earned'"
BOOKED_ONCE = "SELECT count(*) FROM transactions WHERE id = ANY($1::uuid[])"


@dataclass
class Installation:
    """Servers, and the processes of one version or the other."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: {name: own_port() for name in ("first", "second")})

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_"))}
        return kept | {
            "ORION_ENVIRONMENT": "test",
            "ORION_DATABASE_URL": self.postgres.app_url,
            "ORION_DATABASE_OWNER_URL": self.postgres.owner_url,
            "ORION_REDIS_URL": self.valkey.url,
            "ORION_SECRET_KEYS": "a key for tests",
            "ORION_EARN_PER_MINUTE": "10000",
            "ORION_LOG_LEVEL": "error",
        }

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports.values()]

    def orion(self, project: Path, *words: str) -> None:
        command = [sys.executable, "-m", "backend.cli", *words]
        # What Python finds first is the folder in which it starts.
        subprocess.run(command, cwd=project, env=self.environment, check=True)

    def start(self, name: str, project: Path) -> None:
        verb = "backend" if name in self.ports else "worker"
        port = {"ORION_BACKEND_PORT": str(self.ports[name])} if name in self.ports else {}
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", verb],
            cwd=project,
            env=self.environment | port,
            start_new_session=True,
        )

    def end(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)

    def end_all(self) -> None:
        for name in list(self.running):
            self.end(name)

    async def until_ready(self, http: httpx.AsyncClient, name: str) -> None:
        async with asyncio.timeout(READY_SECONDS):
            while True:
                try:
                    if (await http.get(f"http://127.0.0.1:{self.ports[name]}/health/ready")).is_success:
                        return
                except httpx.TransportError:
                    pass
                assert self.running[name].poll() is None, f"{name} has ended"
                await asyncio.sleep(0.1)

    async def replace(self, http: httpx.AsyncClient, name: str, project: Path) -> None:
        await asyncio.to_thread(self.end, name)
        self.start(name, project)
        if name in self.ports:
            await self.until_ready(http, name)


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    with EmbeddedPostgres(folder / "pg") as postgres, EmbeddedValkey(folder / "valkey") as valkey, ExitStack() as stack:
        made = Installation(postgres, valkey)
        stack.callback(made.end_all)
        yield made


async def tills(http: httpx.AsyncClient, addresses: list[str]) -> list[BusyTill]:
    """One for each card that is found."""
    api = f"{addresses[0]}/api/v1"
    token = (await http.post(f"{api}/auth/sign-in", json=ANNA)).raise_for_status().json()["token"]
    http.headers["authorization"] = f"Bearer {token}"
    found = [await http.post(f"{api}/store/loyalty/cards/lookup", json={"query": name}) for name in NAMES]
    cards = {card["id"] for answer in found if answer.is_success for card in answer.json()["cards"]}
    program = (await http.get(f"{api}/store/loyalty/program")).raise_for_status().json()
    category = program["categories"][0]["id"]
    return [BusyTill(http, addresses, card, category) for card in sorted(cards)]


async def upgrade(made: Installation, older: Path) -> list[BusyTill]:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        for name in made.ports:
            made.start(name, older)
        made.start("worker", older)
        for name in made.ports:
            await made.until_ready(http, name)
        busy, closed = await tills(http, made.addresses), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for till in busy:
                group.create_task(till.book_until(closed))
            await asyncio.sleep(SECONDS_BETWEEN)
            await asyncio.to_thread(made.orion, ROOT, "migrate", "up")
            for name in [*made.ports, "worker"]:
                await asyncio.sleep(SECONDS_BETWEEN)
                await made.replace(http, name, ROOT)
            await asyncio.sleep(SECONDS_BETWEEN)
            closed.set()
    return busy


async def check(made: Installation, busy: list[BusyTill], before: int) -> None:
    booked = [transaction for till in busy for transaction in till.booked]
    failed = [reason for till in busy for reason in till.failed]
    assert not failed, failed[:5]
    assert booked
    database = await asyncpg.connect(made.postgres.url(SUPERUSER))
    assert await database.fetchval(BOOKED_ONCE, booked) == len(set(booked)) == len(booked), "an answered one is lost"
    assert await database.fetchval(BOOKED) - before == len(booked), "one was booked twice"
    await database.close()
    again, slowest = sum(till.sent_again for till in busy), max(till.slowest for till in busy)
    sys.stdout.write(f"{len(booked)} bookings, none failed; {again} sent again, the slowest took {slowest:.1f} s\n")


async def count(made: Installation) -> int:
    database = await asyncpg.connect(made.postgres.url(SUPERUSER))
    found = await database.fetchval(BOOKED)
    await database.close()
    return int(found)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        older = Path(scratch) / "older"
        older.mkdir()
        try:
            unpack(older)
        except NoOlderVersion as missing:
            sys.exit(str(missing))
        with installation(Path(scratch)) as made:
            made.orion(older, "migrate", "up")
            made.orion(older, "seed")
            before = asyncio.run(count(made))
            busy = asyncio.run(upgrade(made, older))
            asyncio.run(check(made, busy, before))
            made.orion(ROOT, "ledger", "audit")
            made.orion(ROOT, "audit", "verify")


if __name__ == "__main__":
    main()
