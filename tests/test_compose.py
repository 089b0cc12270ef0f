"""`compose.yaml` in production: each command starts from what the image installs, with exactly its environment."""

import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from backend.dev.servers.postgres import EmbeddedPostgres
from backend.dev.servers.valkey import EmbeddedValkey
from tests.world.patience import PATIENCE_SECONDS
from tests.world.ports import own_port

PROJECT = Path(__file__).resolve().parents[1]
ORION = Path(sys.executable).with_name("orion")
DOT_ENV = {
    "ORION_SECRET_KEYS": "4be1a7d05c93f28e6b70d1c94f3a825e",
    "ORION_DATABASE_PASSWORD": "9c1d52b7e04f4a8d8a6be1f03c7795d2",
    "ORION_PUBLIC_URL": "https://cards.example",
}
"""What the head of the file asks for."""
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


def filled_in(value: str) -> str:
    def known(match: re.Match[str]) -> str:
        name, kind, default = match.groups()
        assert name in DOT_ENV or kind == "-", f"{name} is asked for, and the head of the file does not say so"
        return DOT_ENV.get(name, default)

    return VARIABLE.sub(known, value)


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    """As Compose makes it: what has no value comes from `.env`, or is not there."""
    told = {name: DOT_ENV.get(name) if value is None else value for name, value in service["environment"].items()}
    return {name: filled_in(str(value)) for name, value in told.items() if value is not None}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install .` puts on a machine, as the image does."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=PROJECT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_what_only_development_needs_is_not_installed(installed: Path) -> None:
    assert (PROJECT / "backend" / "dev").is_dir()
    found = {str(path.relative_to(installed)) for path in installed.rglob("*") if "dev" in path.parts}
    assert found == set()
    left_out = (PROJECT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert {"backend/dev", "frontend/dev"} <= set(left_out)


@contextmanager
def started(service: dict[str, Any], elsewhere: dict[str, str], installed: Path) -> Iterator[subprocess.Popen[str]]:
    """`elsewhere`: where the other containers are on this machine."""
    command, environment = service["command"], environment_of(service)
    assert command[0] == "orion"
    for address, ours in elsewhere.items():
        environment = {name: ours if value == address else value for name, value in environment.items()}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_"))}
    ports = {name: value for name, value in elsewhere.items() if name.endswith("_PORT")}
    process = subprocess.Popen(
        [ORION, *command[1:]],
        env=clean | environment | ports | {"PYTHONPATH": str(installed)}, cwd=installed,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def until_it_answers(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        with suppress(httpx.HTTPError):
            if httpx.get(url, timeout=PATIENCE_SECONDS, trust_env=False).is_success:
                return
        time.sleep(0.05)
    raise AssertionError(url)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    password = DOT_ENV["ORION_DATABASE_PASSWORD"]
    ports = {name: own_port() for name in ("BACKEND", "FRONTEND")}
    with EmbeddedPostgres(tmp_path / "pg") as postgres, EmbeddedValkey(tmp_path / "valkey") as valkey:
        yield {
            f"postgresql://orion_app:{password}@postgres/orion": postgres.app_url,
            f"postgresql://orion_owner:{password}@postgres/orion": postgres.owner_url,
            "redis://valkey:6379/0": valkey.url,
            "http://backend:8000": f"http://127.0.0.1:{ports['BACKEND']}",
            **{f"ORION_{name}_PORT": str(port) for name, port in ports.items()},
        }


@pytest.mark.slow
def test_every_command_of_compose_starts_with_what_compose_gives_it(elsewhere: dict[str, str], installed: Path) -> None:
    services = yaml.safe_load((PROJECT / "compose.yaml").read_text("utf-8"))["services"]
    ours = {name: service for name, service in services.items() if service.get("image") == "orion"}
    assert set(ours) == {"migrate", "templates", "backend", "frontend", "worker"}
    assert not any("DATABASE" in name or "REDIS" in name for name in environment_of(ours["frontend"]))
    with ExitStack() as stack:
        for name in ("migrate", "templates"):
            with started(ours[name], elsewhere, installed) as process:
                said, _ = process.communicate(timeout=PATIENCE_SECONDS)
                assert process.returncode == 0, said
        # One after the other: three that start at once take each other's time.
        for name in ("backend", "frontend"):
            process = stack.enter_context(started(ours[name], elsewhere, installed))
            until_it_answers(process, f"http://127.0.0.1:{elsewhere[f'ORION_{name.upper()}_PORT']}/health/ready")
        worker = stack.enter_context(started(ours["worker"], elsewhere, installed))
        assert worker.stdout is not None
        assert any("worker_started" in line for line in worker.stdout)
