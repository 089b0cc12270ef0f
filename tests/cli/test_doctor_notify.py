"""`orion doctor --notify`: an operator is told what blocks, and somebody notices when Orion tells nothing any more."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.ids import new_id
from backend.core.settings import Settings
from backend.models import metadata
from backend.operations.heartbeats.actions import write_heartbeat
from backend.operations.readiness.alarms import AGAIN, AlarmNotice, Blocker
from tests.cli.conftest import Orion
from tests.conftest import Servers, database_of
from tests.doubles.smtp import PostOffice, open_post_office, text_of

AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
WORKERS, DISK = Blocker("Workers", "No worker runs.", "Start one.", "orion worker"), Blocker("Disk", "It is full.")


EVERYTHING = {"Workers", "Disk"}


def told(*blockers: Blocker, before: dict[str, datetime], at: datetime = AT) -> tuple[Sequence[str], Sequence[str]]:
    notice = AlarmNotice.of(blockers, EVERYTHING - {blocker.title for blocker in blockers}, before, at)
    return notice.due, notice.ended


def test_what_blocks_is_told_when_it_begins_each_day_and_when_it_has_ended() -> None:
    assert told(before={}) == ([], [])
    assert told(WORKERS, before={}) == (["Workers"], [])
    told_before = AlarmNotice.of([WORKERS], {"Disk"}, {}, AT).told({}, AT)
    almost_a_day = AT + AGAIN - timedelta(seconds=1)
    assert told(WORKERS, before=told_before, at=almost_a_day) == ([], [])
    assert told(WORKERS, DISK, before=told_before, at=almost_a_day) == (["Disk"], [])
    assert AlarmNotice.of([WORKERS, DISK], (), told_before, almost_a_day).told(told_before, almost_a_day) == {
        "Workers": AT,
        "Disk": almost_a_day,
    }
    assert told(WORKERS, before=told_before, at=AT + AGAIN) == (["Workers"], [])
    assert told(WORKERS, before={"Workers": AT + 2 * AGAIN}) == (["Workers"], []), "told when the clock was wrong"
    assert told(DISK, before=told_before) == (["Disk"], ["Workers"])
    assert AlarmNotice.of([], EVERYTHING, told_before, AT).told(told_before, AT) == {}


def test_what_nobody_could_look_at_has_not_ended_and_is_not_told_again() -> None:
    away = AlarmNotice.of([Blocker("PostgreSQL", "It is away.")], (), {"Workers": AT}, AT)
    assert (away.due, away.ended) == (["PostgreSQL"], [])
    assert away.told({"Workers": AT}, AT) == {"Workers": AT, "PostgreSQL": AT}


def test_the_email_says_what_to_type() -> None:
    mail = AlarmNotice.of([WORKERS], {"Disk"}, {"Disk": AT}, AT).mail("ops@orion.example", "https://orion.example", AT)
    assert mail.subject == "Orion needs you: Workers"
    lines = ["Workers: No worker runs.", "  → Start one.", "    orion worker", "", "Works again: Disk"]
    assert mail.body_text.splitlines()[:5] == lines
    assert AlarmNotice.of([], {"Disk"}, {"Disk": AT}, AT).mail("a@b.example", "", AT).subject == "Works again: Disk"


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


@pytest.fixture
def watching(post_office: PostOffice, fresh_settings: Settings, tmp_path: Path) -> dict[str, str]:
    return {
        "database_url": fresh_settings.database_url,
        "alarm_emails": "ops@orion.example,night@orion.example",
        "data_dir": str(tmp_path),
        "email_provider": "smtp",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(post_office.port),
        "smtp_use_tls": "false",
    }


@asynccontextmanager
async def dead_mans_switch(status: int = 200) -> AsyncIterator[tuple[str, list[str]]]:
    """Its address, and what it was asked."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode().strip())
        while await reader.readline() != b"\r\n":
            pass
        writer.write(f"HTTP/1.1 {status} .\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ping/SECRET", asked


async def all_is_well(settings: Settings, servers: Servers) -> None:
    """Processes run, their clock is right, and the events of the demo world were handled."""
    clock.reset()
    sessions = Sessions(settings, metadata)
    await write_heartbeat(sessions, new_id(), "backend")
    await write_heartbeat(sessions, new_id(), "worker")
    await sessions.close()
    superuser = await asyncpg.connect(servers.superuser_url(database_of(settings)))
    await superuser.execute("DELETE FROM outbox")
    await superuser.close()


async def test_each_is_told_once_and_of_the_end_and_the_switch_is_called_while_nothing_blocks(
    orion: Orion, watching: dict[str, str], post_office: PostOffice, fresh_settings: Settings, servers: Servers
) -> None:
    async with dead_mans_switch() as (url, asked):
        for _ in range(2):
            result = await orion("doctor", "--notify", **watching, alive_url=url)
            assert (result.exit_code, asked) == (1, []), result.output
        assert [mail["To"] for mail in post_office.mails] == ["ops@orion.example", "night@orion.example"]
        assert "Workers" in post_office.mails[0]["Subject"]
        assert "orion worker" in text_of(post_office.mails[0])
        await all_is_well(fresh_settings, servers)
        result = await orion("doctor", "--notify", **watching, alive_url=url)
        assert (result.exit_code, result.output) == (0, "")
        assert asked == ["GET /ping/SECRET HTTP/1.1"]
        assert post_office.mails[2]["Subject"].startswith("Works again: ")
        assert len(post_office.mails) == 4


async def test_a_database_that_is_away_is_told_by_what_the_environment_says(
    orion: Orion, watching: dict[str, str], post_office: PostOffice
) -> None:
    away = watching | {"database_url": "postgresql://orion_app@127.0.0.1:1/orion"}
    assert (await orion("doctor", "--notify", **away)).exit_code == 1
    assert post_office.mails[0]["Subject"] == "Orion needs you: PostgreSQL"
    assert "Look whether it runs" in text_of(post_office.mails[0])


async def test_it_says_that_nobody_is_told(orion: Orion, watching: dict[str, str]) -> None:
    result = await orion("doctor", "--notify", **watching | {"alarm_emails": ""})
    assert "ORION_ALARM_EMAILS is empty" in result.stderr


async def test_what_could_not_be_told_is_told_the_next_time(
    orion: Orion, watching: dict[str, str], post_office: PostOffice
) -> None:
    post_office.replies["MAIL"] = "451 Come back later"
    result = await orion("doctor", "--notify", **watching)
    assert "ops@orion.example could not be told" in result.stderr
    post_office.replies.clear()
    await orion("doctor", "--notify", **watching)
    assert len(post_office.mails) == 2


async def test_a_switch_that_does_not_answer_is_named_without_its_address(
    orion: Orion, watching: dict[str, str], fresh_settings: Settings, servers: Servers
) -> None:
    await all_is_well(fresh_settings, servers)
    async with dead_mans_switch(status=404) as (url, _):
        result = await orion("doctor", "--notify", **watching, alive_url=url)
    assert (result.exit_code, result.stderr) == (1, "The dead man's switch could not be called: 404\n")


async def test_it_looks_at_the_platform_only(orion: Orion) -> None:
    assert (await orion("doctor", "--notify", "--merchant", "fashion-group")).exit_code == 2
    assert (await orion("doctor", "--every", "60")).exit_code == 2
