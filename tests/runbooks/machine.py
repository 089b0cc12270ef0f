"""A machine with a PostgreSQL of its own that can be lost, and what the runbook about backups runs on it."""

import asyncio
import os
import re
import shlex
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from click.testing import CliRunner
from msgspec.structs import replace

from backend.cli import orion as cli
from backend.core.settings import Settings
from backend.dev.servers.identity import program
from backend.dev.servers.launch import tethered
from backend.dev.servers.postgres import SUPERUSER, EmbeddedPostgres
from tests.world.patience import PATIENCE_SECONDS, until

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "runbooks" / "backup.md"
SCRIPT = PROJECT / "deploy" / "orion-backup"
SERVERS = "stop caddy backend worker backup wal postgres"
"""A test has the last two."""
COUNTS = """
SELECT (SELECT count(*) FROM cards), (SELECT count(*) FROM transactions), (SELECT sum(points_balance) FROM cards)
"""
RECEIVED = """
SELECT bool_or(flush_lsn >= pg_current_wal_flush_lsn())
FROM pg_stat_replication WHERE application_name = 'pg_receivewal'
"""


def commands(title: str) -> list[str]:
    section = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    (body,) = [one for one in section if one.startswith(f"{title}\n")]
    (block,) = re.findall(r"^```sh\n(.*?)^```", body, flags=re.DOTALL | re.MULTILINE)
    return str(block).splitlines()[1:]


@dataclass
class Machine:
    """An installation's PostgreSQL, and the container that receives what it writes."""

    folder: Path
    postgres: EmbeddedPostgres
    settings: Settings
    environment: dict[str, str] = field(default_factory=dict)
    receiver: subprocess.Popen[bytes] | None = None

    @property
    def backups(self) -> Path:
        return Path(self.environment["ORION_BACKUPS"])

    def backup(self, *arguments: str) -> str:
        command = [*self._as_postgres(), *arguments]
        ended = subprocess.run(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def _as_postgres(self) -> list[str]:
        return tethered([str(SCRIPT)], identity=self.postgres._identity())

    def receive(self) -> None:
        self.receiver = subprocess.Popen([*self._as_postgres(), "wal"], env=self.environment, start_new_session=True)

    def stop(self) -> None:
        self.postgres.stop()
        if self.receiver is not None:
            self.receiver.terminate()
            self.receiver.wait(PATIENCE_SECONDS)
            self.receiver = None

    def lose_the_database(self) -> None:
        assert self.postgres._process is not None
        os.killpg(self.postgres._process.pid, signal.SIGKILL)
        self.stop()
        self.postgres.cluster.rename(self.folder / "lost")

    async def orion(self, *words: str) -> str:
        told = {
            f"ORION_{name.upper()}": getattr(self.settings, name)
            for name in ("environment", "database_url", "redis_url", "secret_keys")
        }
        result = await asyncio.to_thread(CliRunner().invoke, cli.orion, words, env=told)
        assert result.exit_code == 0, result.output
        return result.output

    async def follow(self, title: str, **variables: str) -> list[str]:
        """The commands of a section of the page."""
        return [await self._do(line, variables) for line in commands(title)]

    async def _do(self, line: str, variables: dict[str, str]) -> str:
        words = [variables.get(word.removeprefix("$"), word) for word in shlex.split(line)]
        match words:
            case ["docker", "compose", "exec", "-T", "backend", "orion", *verb]:
                return await self.orion(*verb)
            case ["docker", "compose", "exec", "-T", "backup", "orion-backup", *verb]:
                return self.backup(*verb)
            case ["docker", "compose", "run", "--rm", "-T", "restore"]:
                return self.backup("restore")
            case ["docker", "compose", "run", "--rm", "-T", "restore", "orion-backup", *verb]:
                return self.backup(*verb)
            case ["docker", "compose", "up", "--detach"]:
                self.postgres.start()
                self.receive()
            case ["docker", "compose", *stop]:
                assert stop == SERVERS.split()
                self.stop()
        return ""

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.postgres.url(SUPERUSER))
        yield connection
        await connection.close()

    async def counts(self) -> tuple[int, ...]:
        async with self.database() as database:
            return tuple(await database.fetchrow(COUNTS))

    async def moment(self) -> str:
        async with self.database() as database:
            now = await database.fetchval("SELECT clock_timestamp()")
        return str(now.isoformat())

    async def until_received(self) -> None:
        async with self.database() as database:

            async def is_received() -> bool:
                return bool(await database.fetchval(RECEIVED))

            await until(is_received)


@contextmanager
def a_machine(folder: Path, settings: Settings) -> Iterator[Machine]:
    postgres = EmbeddedPostgres(folder / "pg", {"summarize_wal": "on"})
    programs = f"{program('postgres').parent}:{os.environ['PATH']}"
    services = folder / "services"
    where = f"host={postgres.socket_dir}\ndbname=orion\n"
    services.write_text(f"[backup]\nuser=orion_backup\n{where}[record]\nuser=orion_app\n{where}")
    told = replace(settings, database_url=postgres.app_url, database_owner_url=postgres.owner_url)
    environment = {
        "PATH": programs,
        "ORION_BACKUPS": str(folder / "pg" / "backups"),
        "ORION_DATABASE_FOLDER": str(postgres.cluster),
        "PGSERVICEFILE": str(services),
    }
    machine = Machine(folder, postgres, told, environment)
    try:
        yield machine
    finally:
        machine.stop()
