"""A backend in a process of its own, on a port, that can be killed and started again."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from backend.core.settings import Settings
from environment.server import SERVER
from tests.forks import Fork
from tests.world.patience import until
from tests.world.ports import own_port

ROOT = Path(__file__).resolve().parents[2]


def environment(settings: Settings) -> dict[str, str]:
    told = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEYS": settings.secret_keys,
        "POOL_SIZE": "4",
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_"))}
    return clean | {f"ORION_{name}": value for name, value in told.items()}


class Backend:
    """A real one on a port, that can be killed and started again."""

    def __init__(self, settings: Settings, forks: str) -> None:
        self._environment, self._forks = environment(settings), forks
        self.port = own_port()
        self.start()

    def start(self) -> None:
        command = [*SERVER, "backend.app:create_app", "--port", str(self.port)]
        with Path(os.devnull).open("wb") as nowhere:
            self._process = Fork(self._forks, command, self._environment, nowhere.fileno())

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> int:
        """Asks it to end, and waits until it has. Returns its exit code."""
        os.kill(self._process.pid, signal.SIGTERM)
        return self._process.wait()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until_ready(self) -> None:
        await until(self._is_ready)

    async def _is_ready(self) -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as http:
                return (await http.get(f"{self.address}/health/ready")).is_success
        except httpx.TransportError:
            return False


@contextmanager
def a_backend(settings: Settings, forks: str) -> Iterator[Backend]:
    """`forks`: the fixture."""
    backend = Backend(settings, forks)
    try:
        yield backend
    finally:
        backend.kill()
