"""Frontend, backend and worker as processes of their own that tell a collector what they do."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from backend.core.settings import Settings
from environment.server import SERVER
from tests.forks import Fork
from tests.world.patience import until
from tests.world.ports import own_port
from tests.world.process import environment


@dataclass(frozen=True)
class TracedStack:
    pages: str
    api: str
    folder: Path
    processes: Mapping[str, Fork]

    def log_lines(self, process: str) -> list[dict[str, str]]:
        lines = (self.folder / process).read_text("utf-8").splitlines()
        return [msgspec.json.decode(line) for line in lines if line.startswith("{")]

    async def stop(self) -> None:
        """As an operator does: what is not sent yet is sent."""
        for process in self.processes.values():
            os.kill(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            await asyncio.to_thread(process.wait)


@asynccontextmanager
async def traced_stack(settings: Settings, forks: str, folder: Path, collector: str) -> AsyncIterator[TracedStack]:
    """`collector`: its URL."""
    backend, frontend = own_port(), own_port()
    told = environment(settings) | {
        "ORION_BACKEND_URL": f"http://127.0.0.1:{backend}",
        "ORION_PUBLIC_URL": f"http://127.0.0.1:{frontend}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    programs = {
        "backend": [*SERVER, "backend.app:create_app", "--port", str(backend)],
        "frontend": [*SERVER, "frontend.app:create_app", "--port", str(frontend)],
        "worker": ["tests.doubles.untimed_worker"],
    }
    with ExitStack() as opened:
        processes = {
            name: opened.enter_context(_running(forks, command, told, folder / name))
            for name, command in programs.items()
        }
        stack = TracedStack(told["ORION_PUBLIC_URL"], told["ORION_BACKEND_URL"], folder=folder, processes=processes)
        await until(lambda: _is_up(f"{stack.api}/health/ready"))
        await until(lambda: _is_up(f"{stack.pages}/health/live"))
        yield stack


@contextmanager
def _running(forks: str, command: list[str], environ: Mapping[str, str], log: Path) -> Iterator[Fork]:
    with log.open("wb") as file:
        process = Fork(forks, command, environ, file.fileno())
    try:
        yield process
    finally:
        process.kill()


async def _is_up(url: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            return (await http.get(url)).is_success
    except httpx.TransportError:
        return False
