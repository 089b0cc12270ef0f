"""The `orion` command."""

import re
import socket
from pathlib import Path

import asyncpg
import msgspec
import pytest
import structlog

from backend.cli import orion as cli
from backend.cli.orion import main as orion_main
from backend.core import startup
from backend.core.migrations import head
from backend.core.settings import Settings
from backend.dev import commands, launcher
from backend.dev.servers.postgres import SUPERUSER, EmbeddedPostgres
from backend.services import Services
from tests.cli.conftest import Orion
from tests.world.caller import refused
from tests.world.document import document_text
from tests.world.till import AnonymousCaller


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command the process turned into."""
    commands: list[str] = []
    monkeypatch.setattr("os.execv", lambda _, command: commands.extend(command[1:]))
    return commands


async def test_every_command_explains_itself(orion: Orion) -> None:
    for words in ([], ["migrate"], ["migrate", "up"], ["seed"], ["openapi"], ["backend"], ["users", "create-admin"]):
        result = await orion(*words, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.output


@pytest.mark.parametrize("command", [("backend",), ("seed",)])
async def test_a_wallet_that_cannot_work_stops_the_start_in_one_sentence(
    orion: Orion, became: list[str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    told = {"google_wallet_issuer_id": "42", "google_wallet_service_account_file": str(tmp_path / "gone.json")}
    result = await orion(*command, **told)
    assert result.exit_code == 1
    sentence = f"ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE: there is no file {tmp_path / 'gone.json'};"
    assert result.output.startswith(sentence)
    assert "Traceback" not in result.output
    assert became == []


async def test_where_the_database_is(orion: Orion) -> None:
    result = await orion("migrate", "status", "--json")
    assert (result.exit_code, msgspec.json.decode(result.output)) == (
        0, {"current": head(), "head": head(), "at_head": True},
    )  # fmt: skip
    assert head() in (await orion("migrate", "status")).output


async def test_down_and_up(orion: Orion, fresh_settings: Settings) -> None:
    there = {"database_url": fresh_settings.database_url, "database_owner_url": fresh_settings.migration_url}
    assert (await orion("migrate", "down", "-1", **there)).exit_code == 0
    assert (await orion("migrate", "status", **there)).exit_code == 1
    assert (await orion("migrate", "up", **there)).exit_code == 0
    assert (await orion("migrate", "status", **there)).exit_code == 0


async def test_a_database_of_unknown_revision_is_one_sentence(orion: Orion, fresh_settings: Settings) -> None:
    there = {"database_url": fresh_settings.database_url, "database_owner_url": fresh_settings.migration_url}
    connection = await asyncpg.connect(fresh_settings.migration_url)
    await connection.execute("UPDATE alembic_version SET version_num = 'of_another_time'")
    await connection.close()
    result = await orion("migrate", "up", **there)
    assert result.exit_code == 1
    assert result.output == (
        "The database is at of_another_time, which this code does not know: "
        "in development run `make clean` and start again, elsewhere run the release that knows it.\n"
    )


async def test_psql_opens_on_the_embedded_server_as_who_sees_every_row(
    orion: Orion, became: list[str], tmp_path: Path
) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    await orion("psql", data_dir=str(tmp_path), database_owner_url=server.owner_url)
    await orion("psql", data_dir=str(tmp_path), database_owner_url="postgresql://owner@db.example/orion")
    assert became == [server.url(SUPERUSER), "postgresql://owner@db.example/orion"]


async def test_psql_needs_a_database(orion: Orion, became: list[str]) -> None:
    result = await orion("psql", database_url="", database_owner_url="")
    assert (result.exit_code, became) == (1, [])
    assert result.output == "No database is named and none is running: start `make run` first.\n"


async def test_the_demo_world_is_added_once(orion: Orion) -> None:
    seeded = await orion("seed")
    assert (seeded.exception, seeded.output) == (None, "The demo world is there already.\n")


async def test_the_demo_world_is_added_where_it_is_not(
    orion: Orion, fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def add(_: Services) -> list[str]:
        return ["fashion-group", "cafe-aurora"]

    monkeypatch.setattr(commands, "seed_world", add)
    assert (await orion("seed")).output == "Added fashion-group, cafe-aurora.\n"


async def test_the_document_is_printed_or_written(orion: Orion, tmp_path: Path) -> None:
    assert (await orion("openapi")).output == document_text()
    await orion("openapi", "--out", str(tmp_path / "openapi.json"))
    assert (tmp_path / "openapi.json").read_text(encoding="utf-8") == document_text()


async def test_a_mistake_in_the_settings_is_one_sentence(orion: Orion) -> None:
    result = await orion("migrate", "status", backend_prot="8000")
    assert result.exit_code == 1
    assert result.output == "ORION_BACKEND_PROT is not a setting of Orion: correct its name or remove it.\n"


async def test_the_backend_starts_where_it_is_told(orion: Orion, became: list[str], backend_port: str) -> None:
    result = await orion("backend", backend_host="0.0.0.0", backend_port=backend_port)
    assert result.exit_code == 0, result.output
    assert became[:2] == ["-m", "granian"]
    assert became[became.index("--factory") + 1] == "backend.app:create_app"
    assert became[became.index("--host") + 1 :] == ["0.0.0.0", "--port", backend_port]


async def test_the_backend_refuses_to_start_without_its_database(
    orion: Orion, became: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "PATIENCE_SECONDS", 0.1)
    result = await orion("backend", database_url="postgresql://orion@127.0.0.1:1/orion")
    assert result.exit_code == 1
    assert result.output.startswith("The database cannot be reached")
    assert became == []


async def test_a_place_where_nothing_can_listen_is_named(orion: Orion, became: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = await orion("backend", backend_port=str(other.getsockname()[1]))
    nowhere = await orion("backend", backend_host="no-such-host.invalid")
    assert (taken.exit_code, nowhere.exit_code, became) == (1, 1, [])
    assert taken.output.startswith("ORION_BACKEND_PORT: nothing can listen at that host and port (")
    assert nowhere.output.startswith("ORION_BACKEND_HOST: nothing can listen at that host and port (")


async def test_the_frontend_and_the_worker_start(orion: Orion, became: list[str]) -> None:
    await orion("frontend")
    await orion("worker")
    assert became == ["-m", "frontend.main", "-m", "workers.main"]


async def test_dev_hands_its_exit_code_on(orion: Orion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "run", lambda: 1)
    assert (await orion("dev")).exit_code == 1


LONG = "kettle orbit walnut"


async def test_an_admin_is_made_at_the_prompt(orion: Orion, anonymous: AnonymousCaller) -> None:
    email = "root@orion.example"
    made = await orion("users", "create-admin", email, "--password", LONG)
    assert made.exit_code == 0, made.output
    assert "otpauth://totp/Orion" in made.output
    with refused("second_factor_required", 401):
        await anonymous.sign_in(email, LONG)
    again = await orion("users", "create-admin", email, "--password", LONG)
    assert (again.exit_code, again.output) == (1, f"Somebody signs in as {email} already.\n")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "The password is too short. It needs at least 12"),
        ("orionorionorion", "The password is easy to guess."),
    ],
)
async def test_an_admins_password_is_judged_like_everybodys(orion: Orion, password: str, sentence: str) -> None:
    result = await orion("users", "create-admin", "short@orion.example", "--password", password)
    assert result.exit_code == 1
    assert result.output.startswith(sentence)
    assert result.output.count("\n") == 1


async def test_an_unknown_command_is_wrong_usage(orion: Orion) -> None:
    assert (await orion("fly")).exit_code == 2


def test_what_a_command_logs_is_not_in_its_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    monkeypatch.setattr(cli, "orion", lambda: structlog.get_logger().error("setting_ignored"))
    try:
        cli.main()
    finally:
        structlog.configure(**before)
    said = capsys.readouterr()
    assert (said.out, "setting_ignored" in said.err) == ("", True)


def test_a_traceback_at_the_command_line_shows_no_values_and_its_time_in_utc(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = structlog.get_config()
    monkeypatch.setattr("backend.cli.orion.orion", fails_with_a_secret)
    try:
        orion_main()
    finally:
        structlog.configure(**before)
    printed = capsys.readouterr()
    assert "RuntimeError: no such card" in printed.err
    assert re.match(r"\S+T\S+Z ", printed.err)
    assert "marie@example.com" not in printed.err + printed.out


def fails_with_a_secret() -> None:
    customer = f"{'marie'}@example.com"
    error = RuntimeError("no such card" if customer else "")
    try:
        raise error
    except RuntimeError:
        structlog.get_logger().exception("card_failed")
