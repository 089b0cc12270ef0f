"""A process that starts before its database waits for it, and for nothing that waiting does not cure."""

import asyncio
import time

import pytest
from msgspec.structs import replace

from backend.core import connectivity, startup
from backend.core.connectivity import patiently
from backend.core.database import open_pool
from backend.core.settings import Settings
from backend.core.startup import StartRefused, check_start
from tests.conftest import LogLines
from tests.doubles.line import database_by_line
from tests.world.patience import until


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectivity, "RETRY_SECONDS", 0.01)


async def test_a_start_waits_for_the_database_and_says_once_that_it_does_and_once_that_it_is_over(
    settings: Settings, log_lines: LogLines
) -> None:
    async def has_told() -> bool:
        return bool(log_lines())

    async with database_by_line(settings) as (by_line, line):
        for start in (
            lambda: check_start(by_line, patience_seconds=startup.PATIENCE_SECONDS),
            lambda: open_pool(replace(by_line, pool_size=1), patience_seconds=startup.PATIENCE_SECONDS),
        ):
            told = len(log_lines())
            line.close()
            starting = asyncio.ensure_future(start())
            await asyncio.sleep(0.1)
            await until(has_told)
            assert not starting.done()
            line.is_open = True
            pool = await starting
            assert [row["event"] for row in log_lines()[told:]] == ["database_away", "database_back"]
        assert pool is not None
        await pool.close()


async def test_a_database_that_stays_away_refuses_the_start_when_patience_ends(settings: Settings) -> None:
    async with database_by_line(settings) as (by_line, line):
        line.close()
        with pytest.raises(StartRefused, match=r"^The database cannot be reached \(\w+\): check ORION_DATABASE_URL\.$"):
            await check_start(by_line, patience_seconds=0.1)


async def test_nobody_waits_for_what_somebody_must_cure(settings: Settings) -> None:
    """An hour of patience would be an hour in which nobody is told."""
    began = time.monotonic()
    for wrong, sentence in (
        ({"database_url": settings.database_url.replace("/town?", "/no_such_town?")}, "not on that server under that"),
        ({"database_url": settings.database_url.replace("orion_app@", "nobody@")}, "refuses the user or the password"),
        ({"environment": "production"}, "may lose acknowledged bookings"),
    ):
        with pytest.raises(StartRefused, match=sentence):
            await check_start(replace(settings, **wrong), patience_seconds=3600)
    assert time.monotonic() - began < 3600


async def test_a_connection_that_dies_under_the_first_question_is_waited_for_like_any_other(
    log_lines: LogLines,
) -> None:
    """By uvloop's own name, which is a RuntimeError."""
    errors = [RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")]

    async def reach() -> str:
        if errors:
            raise errors.pop()
        return "reached"

    assert await patiently("ORION_DATABASE_URL", reach, seconds=60) == "reached"
    assert [row["event"] for row in log_lines()] == ["database_away", "database_back"]


async def test_a_fault_of_our_own_is_no_database_that_is_away() -> None:
    async def reach() -> None:
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        await patiently("ORION_DATABASE_URL", reach, seconds=60)
