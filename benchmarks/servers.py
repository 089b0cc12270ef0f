"""The measured installation: PostgreSQL and Valkey with production durability, one backend, one frontend."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.core.migrations import upgrade
from backend.dev.ports import free_port
from backend.dev.servers.launch import tethered
from backend.dev.servers.postgres import EmbeddedPostgres
from backend.dev.servers.valkey import EmbeddedValkey
from environment.server import SERVER

START_SECONDS = 60
PROJECT = Path(__file__).resolve().parents[1]
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB"}
NOT_FOR_THE_FRONTEND = ("ORION_DATABASE_URL", "ORION_DATABASE_OWNER_URL", "ORION_REDIS_URL")


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves HTTP."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Setup:
    folder: Path
    postgres: EmbeddedPostgres
    postgres_pid: int
    valkey_pid: int
    environment: Mapping[str, str]
    backend: Server
    frontend: Server | None
    frontend_missing: str
    """Why the frontend did not start; empty when it runs."""

    @property
    def superuser_url(self) -> str:
        return self.postgres.url("postgres")

    @property
    def pids(self) -> dict[str, int]:
        servers = {"backend": self.backend.pid, "postgresql": self.postgres_pid, "valkey": self.valkey_pid}
        return servers | ({"frontend": self.frontend.pid} if self.frontend else {})


@contextmanager
def open_servers(folder: Path) -> Iterator[tuple[EmbeddedPostgres, EmbeddedValkey]]:
    with EmbeddedPostgres(folder / "postgres", DURABLE) as postgres, EmbeddedValkey(folder / "valkey") as valkey:
        upgrade(postgres.owner_url)
        yield postgres, valkey


@contextmanager
def open_setup(folder: Path, postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> Iterator[Setup]:
    backend_port, frontend_port = free_port("127.0.0.1", 8391), free_port("127.0.0.1", 8392)
    environment = environment_of(postgres, valkey, backend_port, frontend_port)
    with ExitStack() as stack:
        backend = start_server("backend.app:create_app", backend_port, environment, folder, stack)
        without = {name: value for name, value in environment.items() if name not in NOT_FOR_THE_FRONTEND}
        frontend, missing = None, ""
        try:
            frontend = start_server("frontend.app:create_app", frontend_port, without, folder, stack)
        except RuntimeError as error:
            missing = str(error)
        pids = pid_in(postgres.data_dir), pid_in(valkey.data_dir)
        yield Setup(folder, postgres, *pids, environment, backend, frontend, missing)


def environment_of(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, backend_port: int, frontend_port: int
) -> dict[str, str]:
    """A production environment: all checks are on, logs are JSON."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "PG"))}
    return ours | {
        "ORION_ENVIRONMENT": "production",
        "ORION_DATABASE_URL": postgres.app_url,
        "ORION_DATABASE_OWNER_URL": postgres.owner_url,
        "ORION_REDIS_URL": valkey.url,
        "ORION_SECRET_KEYS": secrets.token_hex(32),
        "ORION_BACKEND_URL": f"http://127.0.0.1:{backend_port}",
        "ORION_PUBLIC_URL": f"https://127.0.0.1:{frontend_port}",
    }


def start_server(
    factory: str,
    port: int,
    environment: Mapping[str, str],
    folder: Path,
    stack: ExitStack,
    *,
    ready: str = "/health/ready",
) -> Server:
    """Raises RuntimeError with the last log line when the server does not answer at `ready`."""
    name = factory.partition(":")[0]
    command = [*SERVER, factory, "--host", "127.0.0.1", "--port", str(port)]
    process = start_program(name, command, environment, folder, stack)
    wait_until(lambda: _answers(f"http://127.0.0.1:{port}{ready}"), name, process, folder)
    return Server(port, process.pid)


def start_program(
    name: str, module: list[str], environment: Mapping[str, str], folder: Path, stack: ExitStack
) -> subprocess.Popen[bytes]:
    """A module of Python with its arguments; `stack` ends it. What it says is in `folder`, under its name."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            tethered([sys.executable, "-m", *module]),
            cwd=PROJECT,
            env=dict(environment),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    stack.callback(_end, process)
    return process


def wait_until(is_ready: Callable[[], bool], name: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Stops the process and raises RuntimeError with its last log line when it does not become ready."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            _end(process)
            raise RuntimeError(f"{name} did not start: {_last_words(folder / f'{name}.log')}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][-300:] if lines else "it said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # also its worker, which would outlive it
            process.wait()


def pid_in(data_dir: Path) -> int:
    return int((data_dir / "pid").read_text().split()[0])
