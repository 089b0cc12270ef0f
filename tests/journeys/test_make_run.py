"""`make run` for a new developer: the banner, the journey, Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.world import ANNA, PASSWORD
from tests.world.ports import own_port

pytestmark = pytest.mark.slow

READY_SECONDS, STOP_SECONDS = 120, 30
"""Generous for busy machines; 20 and 2 suffice on an idle one."""
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of Orion's settings only a data folder with a space in its path, and two ports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_", "PYTEST"))}
    ports = {f"ORION_{name}_PORT": str(own_port()) for name in ("BACKEND", "FRONTEND")}
    return kept | ports | {"ORION_DATA_DIR": str(tmp_path / "data of orion"), "COLUMNS": "200"}


@pytest.fixture
def orion_dev(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = tmp_path / "log.txt"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "backend.cli", "dev"]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=environment)
        yield process, log
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_SECONDS)


def test_everything_starts_works_and_ends_with_ctrl_c(
    orion_dev: tuple[subprocess.Popen[bytes], Path], environment: dict[str, str]
) -> None:
    process, log = orion_dev
    said = wait_for_the_box(process, log)
    api = f"http://127.0.0.1:{environment['ORION_BACKEND_PORT']}"
    pages = f"http://127.0.0.1:{environment['ORION_FRONTEND_PORT']}"
    assert f"{pages}/j/FASHIONHUB" in said
    assert f"{api}/docs" in said

    join = httpx.get(f"{pages}/j/FASHIONHUB", headers={"Accept-Language": "de"}, trust_env=False)
    assert (join.status_code, join.headers["content-language"]) == (200, "de")
    signed_in = httpx.post(
        f"{api}/api/v1/auth/sign-in", json={"email": ANNA.email, "password": PASSWORD}, trust_env=False
    )
    assert signed_in.status_code == 201
    assert len(processes_on(environment["ORION_DATA_DIR"])) > 6

    process.send_signal(signal.SIGINT)
    assert process.wait(STOP_SECONDS) == 0
    assert log.read_text().endswith("Orion has stopped.\n")
    assert processes_on(environment["ORION_DATA_DIR"]) == []


def wait_for_the_box(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while "Stop       Ctrl-C" not in (said := TERMINAL_CODES.sub("", log.read_text())):
        assert process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.1)
    return said


def processes_on(data_dir: str) -> list[str]:
    """Command lines of all processes with the folder in their arguments or environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if data_dir.encode() in told:
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
