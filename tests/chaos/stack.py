"""Two backends, two workers, their servers behind lines that can fail, and doubles of Google and of a mail server."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGQUIT

import httpx
from msgspec.structs import replace

from backend.core.migrations import upgrade
from backend.core.settings import Settings
from backend.dev.sandbox.google.account import write_account
from backend.dev.seed import seed
from backend.dev.servers.postgres import SUPERUSER, EmbeddedPostgres
from backend.dev.servers.server import EmbeddedServer
from backend.dev.servers.valkey import EmbeddedValkey
from backend.services import Services, open_services
from environment.server import SERVER
from tests.chaos.program import Program
from tests.doubles.google import Google, open_google
from tests.doubles.line import Line, database_by_line, redis_by_line
from tests.doubles.smtp import PostOffice, open_post_office
from tests.world.patience import until
from tests.world.ports import own_port
from tests.world.process import environment

BACKENDS, WORKERS = 2, 2
LIMITS = ("EARN", "REDEEM", "STAMP", "VOID", "ENROLL", "CARD_LINK", "CARD_PAGE")


class Postgres(EmbeddedPostgres):
    stop_signal = SIGQUIT


class Valkey(EmbeddedValkey):
    stop_signal = SIGKILL


class Fleet:
    """Both servers are started by one thread: each ends with the thread that started it."""

    def __init__(self, folder: Path) -> None:
        self.postgres, self.valkey = Postgres(folder / "pg"), Valkey(folder / "valkey")
        self._thread = ThreadPoolExecutor(1)

    async def start(self, server: EmbeddedServer) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, server.start)

    async def stop(self, server: EmbeddedServer) -> None:
        """At once: PostgreSQL by an immediate stop, Valkey by SIGKILL."""
        await asyncio.get_running_loop().run_in_executor(self._thread, server.stop)

    async def close(self) -> None:
        for server in (self.postgres, self.valkey):
            await self.stop(server)
        self._thread.shutdown()


@dataclass
class Stack:
    fleet: Fleet
    database: Line
    redis: Line
    google: Google
    post_office: PostOffice
    backends: list[Program]
    workers: list[Program]
    addresses: list[str]
    services: Services
    """The driver's own, past the lines."""

    @property
    def superuser_url(self) -> str:
        return self.fleet.postgres.url(SUPERUSER)

    @property
    def programs(self) -> list[Program]:
        return [*self.backends, *self.workers]

    async def until_ready(self, address: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:

            async def is_ready() -> bool:
                try:
                    return (await http.get(f"{address}/health/ready")).is_success
                except httpx.TransportError:
                    return False

            await until(is_ready)


def told_by_environment(google: Settings, post_office: PostOffice, folder: Path) -> dict[str, str]:
    names = [name for name in Settings.__struct_fields__ if name.startswith("google_") and getattr(google, name)]
    return (
        {f"ORION_{name.upper()}": str(getattr(google, name)) for name in names}
        | {f"ORION_{limit}_PER_MINUTE": "10000" for limit in LIMITS}
        | {
            "ORION_EMAIL_PROVIDER": "smtp",
            "ORION_SMTP_PORT": str(post_office.port),
            "ORION_LOG_LEVEL": "warning",
            "ORION_DATA_DIR": str(folder),
            "TZ": os.environ.get("TZ", "UTC"),
        }
    )


@asynccontextmanager
async def open_stack(folder: Path, forks: str) -> AsyncIterator[Stack]:
    """With the demo world. `forks`: the name at which `tests.forks` starts processes."""
    async with AsyncExitStack() as opened:
        fleet = Fleet(folder)
        opened.push_async_callback(fleet.close)
        for server in (fleet.postgres, fleet.valkey):
            await fleet.start(server)
        direct = replace(
            Settings(), environment="test", secret_keys="a key for tests", database_url=fleet.postgres.app_url,
            database_owner_url=fleet.postgres.owner_url, redis_url=fleet.valkey.url, pool_size=4,
        )  # fmt: skip
        await asyncio.to_thread(upgrade, direct.migration_url)
        services = await opened.enter_async_context(open_services(direct))
        await seed(services)
        google = await opened.enter_async_context(open_google(write_account(folder / "account.json")))
        google.fake.faults.has_quota = False
        post_office = await opened.enter_async_context(open_post_office())
        by_line, database = await opened.enter_async_context(database_by_line(direct))
        by_line, redis = await opened.enter_async_context(redis_by_line(by_line))
        told = environment(by_line) | told_by_environment(google.settings(direct), post_office, folder)
        waiting = ThreadPoolExecutor(BACKENDS + WORKERS)
        opened.callback(waiting.shutdown)
        ports = [own_port() for _ in range(BACKENDS)]
        commands = {f"backend-{port}": [*SERVER, "backend.app:create_app", "--port", str(port)] for port in ports}
        commands |= {f"worker-{number}": ["workers.main"] for number in range(WORKERS)}
        programs = [
            Program(name, command, told, forks, folder / f"{name}.log", waiting) for name, command in commands.items()
        ]
        supervising = [asyncio.create_task(program.supervise()) for program in programs]
        opened.push_async_callback(_close, programs, supervising)
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        backends, workers = programs[:BACKENDS], programs[BACKENDS:]
        stack = Stack(fleet, database, redis, google, post_office, backends, workers, addresses, services)
        for address in addresses:
            await stack.until_ready(address)
        yield stack


async def _close(programs: list[Program], supervising: list[asyncio.Task[None]]) -> None:
    for program in programs:
        program.close()
    await asyncio.gather(*supervising)
