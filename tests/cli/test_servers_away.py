"""`orion doctor` and `orion status` while servers are away: who was called at night reads within seconds what is."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backend.core import startup
from tests.cli.conftest import Orion

READS_SECONDS = 6.0
DEAD = "127.0.0.1:1"
LOOKS = ("doctor", "status")


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "REACH_SECONDS", 0.3)


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


async def says(orion: Orion, look: str, **settings: str) -> str:
    began = time.monotonic()
    result = await orion(look, **settings)
    assert time.monotonic() - began < READS_SECONDS
    assert result.exit_code == 1
    return str(result.output).strip()


def database_at(address: str) -> str:
    return f"postgresql://orion_app@{address}/orion"


@pytest.mark.parametrize("look", LOOKS)
async def test_a_database_that_is_away_is_told_in_one_sentence(orion: Orion, look: str) -> None:
    sentence = "The database cannot be reached ({}): check ORION_DATABASE_URL."
    away = await says(orion, look, database_url=database_at(DEAD))
    assert away == sentence.format("ConnectionRefusedError")
    with silent() as address:
        assert await says(orion, look, database_url=database_at(address)) == sentence.format("TimeoutError")


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("look", LOOKS)
async def test_when_both_servers_are_away_both_are_told(orion: Orion, look: str) -> None:
    with silent() as address:
        hosts = database_at(f"{address},{DEAD},{address}")
        for redis in (DEAD, address):
            told = await says(orion, look, database_url=hosts, redis_url=f"redis://{redis}")
            assert "check ORION_DATABASE_URL. Redis cannot be reached (" in told
            assert told.endswith("check ORION_REDIS_URL.")


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("look", LOOKS)
async def test_nobody_waits_for_the_name_of_a_container_that_has_stopped(
    orion: Orion, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows its name any more, and each server that is asked for it takes its time to say so."""
    is_told, known = threading.Event(), socket.getaddrinfo

    def ask(host: Any, *given: Any, **chosen: Any) -> Any:
        if host == "postgres":
            is_told.wait(2 * READS_SECONDS)
        return known(host, *given, **chosen)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    try:
        told = await says(orion, look, database_url=database_at("postgres:5432"))
    finally:
        is_told.set()
    assert told == "The database cannot be reached (TimeoutError): check ORION_DATABASE_URL."
