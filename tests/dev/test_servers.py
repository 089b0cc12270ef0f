"""The embedded servers: real ones, each on a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import asyncpg
import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from backend.core.migrations import owner_engine
from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.identity import identity_for, program
from backend.dev.servers.launch import tethered
from backend.dev.servers.mail_catcher import open_mail_catcher
from backend.dev.servers.orphans import command_line
from backend.dev.servers.postgres import EmbeddedPostgres
from backend.dev.servers.server import EmbeddedServer
from backend.dev.servers.sockets import private_directory, socket_directory
from backend.dev.servers.valkey import EmbeddedValkey
from tests.world.patience import PATIENCE_SECONDS, wait_until

FAST = {"fsync": "off"}
SERVERS = {"postgres": EmbeddedPostgres, "valkey": EmbeddedValkey}
CRASHING_LAUNCHER = """
import os, pathlib, signal, sys
from backend.dev.servers.{module} import {name}
from backend.core.migrations import owner_engine
from tests.world.patience import PATIENCE_SECONDS, wait_until
{name}(pathlib.Path(sys.argv[1])).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), FAST) as server:
        yield server


@pytest.fixture(params=SERVERS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> EmbeddedServer:
    server: EmbeddedServer = SERVERS[request.param](tmp_path / request.param)
    return server


async def test_the_application_can_sign_in_but_owns_nothing_and_cannot_pass_row_level_security(
    postgres: EmbeddedPostgres,
) -> None:
    connection = await asyncpg.connect(postgres.app_url)
    role = await connection.fetchrow(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    owned = await connection.fetchval("SELECT count(*) FROM pg_shdepend WHERE refobjid = 'orion_app'::regrole")
    await connection.close()
    assert tuple(role) == ("orion_app", False, False, False, False)
    assert owned == 0


async def test_the_owner_owns_the_database_and_may_work_as_the_application(postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(postgres.owner_url)
    owner = await connection.fetchval("SELECT datdba::regrole::text FROM pg_database WHERE datname = 'orion'")
    await connection.execute("CREATE TABLE shelf (id int); GRANT SELECT ON shelf TO orion_app; SET ROLE orion_app")
    assert owner == "orion_owner"
    assert await connection.fetchval("SELECT count(*) FROM shelf") == 0
    await connection.execute("RESET ROLE; DROP TABLE shelf")
    await connection.close()


async def test_sqlalchemy_understands_the_same_address(postgres: EmbeddedPostgres) -> None:
    engine = owner_engine(postgres.app_url)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user")) == "orion_app"
    await engine.dispose()


async def test_what_is_committed_is_on_disk_unless_a_test_asks_for_less(postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(postgres.app_url)
    assert await connection.fetchval("SHOW synchronous_commit") == "on"
    assert await connection.fetchval("SHOW listen_addresses") == ""
    assert await connection.fetchval("SHOW fsync") == "off"
    await connection.close()


async def test_a_database_is_copied_from_a_template_and_dropped_while_somebody_is_connected(
    postgres: EmbeddedPostgres,
) -> None:
    postgres.create_database("pattern")
    connection = await asyncpg.connect(postgres.url("orion_owner", "pattern"))
    await connection.execute("CREATE TABLE shelf (id int)")
    await connection.close()
    postgres.create_database('a "copy"', template="pattern")
    connection = await asyncpg.connect(postgres.url("orion_owner", 'a "copy"'))
    assert await connection.fetchval("SELECT count(*) FROM shelf") == 0
    postgres.drop_database('a "copy"')
    postgres.drop_database("pattern")
    connection.terminate()
    with pytest.raises(EmbeddedServerError, match="does not exist"):
        postgres.create_database("another", template="pattern")


@pytest.mark.slow
async def test_a_restart_keeps_the_data_in_a_path_with_a_space(tmp_path: Path) -> None:
    folder = tmp_path / "my shop"
    with EmbeddedPostgres(folder / "postgres", FAST) as postgres, EmbeddedValkey(folder / "valkey") as valkey:
        connection = await asyncpg.connect(postgres.owner_url)
        await connection.execute("CREATE TABLE shelf AS SELECT 7 AS id")
        await connection.close()
        redis = Redis.from_url(valkey.url)
        await redis.set("shelf", "7")
        await redis.aclose()
    with EmbeddedPostgres(folder / "postgres", FAST) as postgres, EmbeddedValkey(folder / "valkey") as valkey:
        connection = await asyncpg.connect(postgres.owner_url)
        assert await connection.fetchval("SELECT id FROM shelf") == 7
        await connection.close()
        redis = Redis.from_url(valkey.url)
        assert await redis.get("shelf") == b"7"
        await redis.aclose()
    assert not postgres.socket_dir.exists()
    assert not valkey.socket_dir.exists()


@pytest.mark.slow
def test_a_second_launcher_on_the_same_folder_is_refused_in_one_sentence(fresh: EmbeddedServer) -> None:
    with fresh, pytest.raises(EmbeddedServerError, match=r"is already running: stop the other `make run` first\.$"):
        type(fresh)(fresh.data_dir).start()
    with fresh:
        assert fresh.data_dir.is_dir()


@pytest.mark.slow
def test_a_server_ends_with_a_launcher_that_is_killed_and_starts_again(fresh: EmbeddedServer) -> None:
    launch(fresh)
    wait_until_gone(int((fresh.data_dir / "pid").read_text()))
    with fresh:
        assert fresh.log_path.exists()


@pytest.mark.slow
def test_what_a_server_killed_by_force_left_behind_does_not_disturb_the_next_start(fresh: EmbeddedServer) -> None:
    fresh.start()
    pid = int((fresh.data_dir / "pid").read_text())
    os.killpg(pid, signal.SIGKILL)
    fresh.stop()
    # The number now belongs to somebody else: to us.
    (fresh.data_dir / "pid").write_text(f"{os.getpid()}\n")
    with fresh:
        assert command_line(pid) == b""


@pytest.mark.slow
def test_a_server_that_outlived_its_launcher_is_ended_by_the_next_one(fresh: EmbeddedServer) -> None:
    fresh.start()
    orphan = fresh._process
    assert orphan is not None
    assert fresh._lock is not None
    fresh._lock.close()  # as when the launcher dies
    with type(fresh)(fresh.data_dir):
        assert orphan.wait(PATIENCE_SECONDS) == 0


def test_a_server_that_cannot_start_says_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match=r"PostgreSQL did not start: .*postgresql\.conf"):
        EmbeddedPostgres(tmp_path).start()


def test_postgres_never_runs_as_root() -> None:
    identity = identity_for(program("postgres"))
    command = tethered(["id", "-u"], identity=identity)
    told = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE_SECONDS)
    assert int(told.stdout) != 0


def test_root_without_a_way_to_become_somebody_else_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(EmbeddedServerError, match="run `make run` as an ordinary user"):
        identity_for.__wrapped__(Path("/bin/false"))


def test_a_server_that_is_not_installed_names_the_setting_for_another(
    fresh: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(EmbeddedServerError, match=r"ORION_(DATABASE|REDIS)_URL to a server of yours\.$"):
        fresh.start()


@pytest.mark.parametrize(
    "folder", ["/srv/my shop", "/srv/" + "long" * 25, "/srv/caf\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
def test_sockets_move_to_the_temporary_folder_when_the_path_is_unfit(folder: str) -> None:
    assert socket_directory(Path("/srv/shop")) == Path("/srv/shop/socket")
    moved = socket_directory(Path(folder))
    assert moved.name.startswith(f"orion-{os.getuid()}-")
    assert moved != socket_directory(Path(folder + "2"))


def test_a_socket_folder_is_closed_to_others_and_never_a_link(tmp_path: Path) -> None:
    private_directory(tmp_path / "socket")
    assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o700
    (tmp_path / "link").symlink_to(tmp_path / "socket")
    with pytest.raises(EmbeddedServerError, match="belongs to somebody else"):
        private_directory(tmp_path / "link")


async def test_a_mail_lands_in_a_file_that_a_mail_program_can_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "cards@orion.example",
        "marie.weber@example.com",
        "Ihre Karte für Größe 40",
    )
    mail.set_content("Bonjour")
    server = await open_mail_catcher(0, tmp_path)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=port, timeout=PATIENCE_SECONDS)
    assert subject_of_the_only_mail(tmp_path) == mail["Subject"]
    assert "mail to marie.weber@example.com: Ihre Karte für Größe 40" in capsys.readouterr().out


def subject_of_the_only_mail(folder: Path) -> str:
    (path,) = folder.glob("*.eml")
    return str(message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"])


def launch(server: EmbeddedServer) -> None:
    """Starts it from a process that is then killed."""
    script = CRASHING_LAUNCHER.format(module=server.data_dir.name, name=type(server).__name__)
    ended = subprocess.run([sys.executable, "-c", script, str(server.data_dir)], check=False, timeout=PATIENCE_SECONDS)
    assert ended.returncode == -signal.SIGKILL


def wait_until_gone(pid: int) -> None:
    wait_until(lambda: not command_line(pid))
