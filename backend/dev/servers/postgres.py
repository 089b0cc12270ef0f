"""An embedded PostgreSQL from a wheel, with its data in a folder, on a unix socket only."""

import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.identity import give, identity_for, program
from backend.dev.servers.launch import Identity, tethered
from backend.dev.servers.orphans import pids_in
from backend.dev.servers.server import START_SECONDS, EmbeddedServer, plain_environment

DATABASE, OWNER, APPLICATION, SUPERUSER = "orion", "orion_owner", "orion_app", "postgres"
READY_LINE = 7
"""Index of the line in postmaster.pid that holds the server's state."""
FIXED_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
ROLES = f"""
SELECT 'CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {APPLICATION} LOGIN NOSUPERUSER NOBYPASSRLS'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION}') \\gexec
GRANT {APPLICATION} TO {OWNER} WITH ADMIN TRUE;
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""  # noqa: S608 - our own names


class EmbeddedPostgres(EmbeddedServer):
    """The owner runs migrations; the application's role owns nothing and cannot bypass row-level security.

    `settings`: PostgreSQL parameters, such as `{"fsync": "off"}` for faster tests.
    """

    noun = "PostgreSQL"
    stop_signal = signal.SIGINT  # a fast shutdown: open transactions are rolled back

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(data_dir)
        self.cluster = self.data_dir / "cluster"
        self._settings = FIXED_SETTINGS | dict(settings or {})

    @property
    def owner_url(self) -> str:
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        return self.url(APPLICATION)

    def url(self, user: str, database: str = DATABASE) -> str:
        """The URL for a user; `postgres` is the superuser."""
        return f"postgresql://{user}@/{quote(database)}?host={quote(str(self.socket_dir))}"

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """Creates a database that OWNER owns. The template must have no connections."""
        # The default writes each page to the write-ahead log, which takes four times as long here.
        options = f"OWNER {OWNER} TEMPLATE {_quoted(template)} STRATEGY FILE_COPY"
        self._sql(f"CREATE DATABASE {_quoted(name)} {options};")

    def drop_database(self, name: str) -> None:
        """Ends connections to it. Does nothing when it does not exist."""
        self._sql(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE);")

    def _prepare(self) -> None:
        if not self.cluster.exists():
            self._create_cluster()
        # After a crash they name a process that has ended, or another one that has got its id.
        for stale in (self.cluster / "postmaster.pid", *self.socket_dir.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        for folder in (self.cluster, self.socket_dir):
            give(folder, self._identity())

    def _create_cluster(self) -> None:
        # Created aside and renamed, so that an interrupted start leaves no incomplete cluster.
        aside = self.data_dir / "cluster.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        give(aside, self._identity())
        options = ["-A", "trust", "--no-locale", "-E", "UTF8", "-U", SUPERUSER, "--no-instructions"]
        command = [str(self._program("initdb")), *options, "-D", str(aside)]
        _run_to_end(tethered(command, identity=self._identity()), cwd=self.data_dir)
        aside.rename(self.cluster)

    def _command(self) -> Sequence[str]:
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        sockets = ["-c", f"unix_socket_directories={self.socket_dir}", "-c", "unix_socket_permissions=0700"]
        return [str(self._program("postgres")), "-D", str(self.cluster), *sockets, *settings]

    def _identity(self) -> Identity:
        return identity_for(self._program("postgres"))

    def _program(self, name: str) -> Path:
        return program(name)

    def _recorded_pids(self) -> list[int]:
        return super()._recorded_pids() + pids_in(self.cluster / "postmaster.pid")

    def _is_ready(self) -> bool:
        try:
            lines = (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"

    def _came_too_soon(self) -> bool:
        return "pre-existing shared memory block" in self._log_tail()

    def _after_start(self) -> None:
        self._sql(ROLES)

    def _sql(self, script: str) -> None:
        address = ["-h", str(self.socket_dir), "-p", self._settings["port"], "-U", SUPERUSER, "-d", "postgres"]
        command = [str(self._program("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", *address]
        _run_to_end(command, cwd=self.data_dir, script=script)


def _run_to_end(command: Sequence[str], *, cwd: Path, script: str = "") -> None:
    result = subprocess.run(  # noqa: S603 - our own command
        command,
        input=script.encode(),
        capture_output=True,
        timeout=START_SECONDS,
        check=False,
        cwd=cwd,
        env=plain_environment(),
    )
    if result.returncode != 0:
        reason = result.stderr.decode(errors="replace").strip() or f"exit code {result.returncode}"
        raise EmbeddedServerError(f"PostgreSQL refused: {reason}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
