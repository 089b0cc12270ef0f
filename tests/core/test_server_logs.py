"""What a server writes when it breaks down, for every library in it that writes lines."""

import os
import signal
from pathlib import Path

import httpx
import pytest

from environment.server import SERVER
from tests.forks import Fork
from tests.world.patience import wait_until
from tests.world.ports import own_port

TOKEN = "AaGJ5q5CcJ2AsyYlM4UBTgGhieauQnCdgLMmJTOFAU4r7y3xQ2kq0m0Zr7nJ5v9a"
WRITERS = ("of our own", "of a library", "of the loop", "Application callable raised")


def written_by(process: str, environment: str, tape: Path, forks: str) -> str:
    """All that it writes when somebody opens a card's page."""
    port = own_port()
    told = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
    command = [*SERVER, f"tests.world.breaking_down:a_{process}", "--port", str(port)]
    with tape.open("w") as out:
        server = Fork(forks, command, told | {"ORION_ENVIRONMENT": environment}, out.fileno())
        try:
            wait_until(lambda: answers(port))
            wait_until(lambda: WRITERS[-1] in tape.read_text())
        finally:
            os.kill(server.pid, signal.SIGTERM)
            server.wait()
    return tape.read_text()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/c/{TOKEN}").is_server_error
    except httpx.TransportError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("process", ["backend", "frontend"])
def test_no_line_of_a_server_that_breaks_down_tells_a_cards_address(
    process: str, environment: str, tmp_path: Path, forks: str
) -> None:
    written = written_by(process, environment, tmp_path / "written", forks)
    assert [writer for writer in WRITERS if writer not in written] == []
    assert written.count("ValueError: http://orion.test/c/…") == len(WRITERS)
    assert TOKEN not in written
