"""`compose.yaml` as Compose reads it, and its commands on this machine."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.deploy.tools import PROJECT
from tests.world.patience import PATIENCE_SECONDS

ORION = Path(sys.executable).with_name("orion")
DOT_ENV = {"ORION_PUBLIC_URL": "https://cards.example", "ORION_BACKEND_PUBLIC_URL": "https://api.cards.example"}
"""What the head of the file asks for."""
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
Service = dict[str, Any]


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text("utf-8"))
    return read


def filled_in(value: str) -> str:
    def known(match: re.Match[str]) -> str:
        name, kind, default = match.groups()
        assert name in DOT_ENV or kind == "-", f"{name} is asked for, and the head of the file does not say so"
        return DOT_ENV.get(name, default)

    return VARIABLE.sub(known, value)


def environment_of(service: Service) -> dict[str, str]:
    """As Compose makes it: what has no value comes from `.env`, or is not there."""
    declared = service.get("environment", {})
    told = {name: DOT_ENV.get(name) if value is None else value for name, value in declared.items()}
    return {name: filled_in(str(value)) for name, value in told.items() if value is not None}


@contextmanager
def started(service: Service, elsewhere: Mapping[str, str], installed: Path) -> Iterator[subprocess.Popen[str]]:
    """`elsewhere`: where other containers, volumes and secrets are on this machine."""
    command = [elsewhere.get(word, word) for word in service["command"]]
    assert command[0] == "orion"
    environment = {name: elsewhere.get(value, value) for name, value in environment_of(service).items()}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_"))}
    ports = {name: value for name, value in elsewhere.items() if name.endswith("_PORT")}
    process = subprocess.Popen(
        [ORION, *command[1:]],
        env=clean | environment | ports | {"PYTHONPATH": str(installed)}, cwd=installed,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with ended(process):
        yield process


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def until_it_answers(process: subprocess.Popen[str], http: httpx.Client, url: str, **asked: Any) -> httpx.Response:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        with suppress(httpx.HTTPError):
            if (answer := http.get(url, **asked)).is_success:
                return answer
        time.sleep(0.05)
    raise AssertionError(url)
