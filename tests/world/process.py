"""A backend in a process of its own, on a port, that can be killed and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.core.settings import Settings
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

    def __init__(self, settings: Settings) -> None:
        self._environment = environment(settings)
        self.port = own_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["granian", "--interface", "asgi", "--loop", "uvloop", "--factory", "backend.app:create_app"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command, "--port", str(self.port)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def a_backend(settings: Settings) -> Iterator[Backend]:
    backend = Backend(settings)
    backend.start()
    try:
        yield backend
    finally:
        backend.kill()
