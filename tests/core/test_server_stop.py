"""A server that is told to stop."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import yaml

from environment.server import SERVER, STOP_SECONDS
from tests.world.patience import PATIENCE_SECONDS, wait_until
from tests.world.ports import own_port
from tests.world.process import ROOT


def test_a_server_that_is_stopped_while_it_starts_ends_with_all_its_processes(tmp_path: Path) -> None:
    """Its worker would go on for ever, with the port, as an orphan: the signal is lost on one that is starting."""
    soon = ["1" if word == str(STOP_SECONDS) else word for word in SERVER]
    command = [sys.executable, "-m", *soon, "tests.world.starting:create_app", "--port", str(own_port())]
    is_starting = tmp_path / "starting"
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"STARTING": str(is_starting)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(is_starting.exists)
        server.terminate()
        # The pipe is closed when the last of them has ended.
        _, said = server.communicate(timeout=PATIENCE_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
    assert server.returncode == 0, said


def test_compose_waits_until_the_servers_have_stopped() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    for name in ("backend", "frontend"):
        assert int(services[name]["stop_grace_period"].removesuffix("s")) > STOP_SECONDS
