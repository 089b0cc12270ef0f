"""`orion dev`: the story around the programs. They are small ones here; `make run` itself is a journey."""

import asyncio
import io
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner
from rich.console import Console

from backend.cli.orion import orion
from backend.core.settings import Settings, SettingsError, load_settings
from backend.dev import launcher
from backend.dev.banner import welcome
from backend.dev.ports import is_free
from backend.dev.servers.state_file import find_running, load_dev_environment, secret_keys, write_state
from i18n.dev.editor import EDITOR
from tests.world.ports import own_port

CRASHES_AFTER = """
import pathlib, sys, time
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.02)
raise SystemExit(3)
"""
ORION_NAMES = {"ORION_DATABASE_URL": "postgresql://somebody@/shop", "ORION_REDIS_URL": "redis://somewhere"}


@pytest.fixture(autouse=True)
def _own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Real servers are named, so that none is started; what a test adds is taken away again."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("ORION_")]:
        monkeypatch.delenv(name)
    os.environ.update(ORION_NAMES, ORION_DATA_DIR=str(tmp_path / "data"))
    for name in ("BACKEND", "FRONTEND"):
        os.environ[f"ORION_{name}_PORT"] = str(own_port())
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What runs instead of the real programs; a test may change one of them."""
    (tmp_path / "health").mkdir()
    (tmp_path / "health" / "ready").touch()
    serve = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    ports = [os.environ["ORION_BACKEND_PORT"], os.environ["ORION_FRONTEND_PORT"]]
    forever = ["-c", "import time; time.sleep(1000)"]
    chosen = {
        "backend.dev.servers.mail_catcher": forever,
        "backend.dev.sandbox.app:create_app": forever,
        "backend.cli": ["-c", "print('the demo world is there')"],
        "backend.app:create_app": [*serve, ports[0]],
        "frontend.app:create_app": [*serve, ports[1]],
        "workers.main": forever,
    }

    def python(module: str, *arguments: str) -> list[str]:
        return [sys.executable, *chosen[arguments[-1] if module == "granian" else module]]

    monkeypatch.setattr(launcher, "_python", python)
    monkeypatch.setattr(launcher, "upgrade", lambda _owner_url: None)
    return chosen


@pytest.mark.parametrize("name", ["BACKEND", "FRONTEND"])
def test_a_taken_port_is_named_with_a_way_to_choose_another(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        os.environ[f"ORION_{name}_PORT"] = str(port)
        assert launcher.run() == 1
    said = capsys.readouterr().out
    assert f"Port {port} is taken by another program. Choose another one: ORION_{name}_PORT=" in said
    assert said.endswith(" make run\n")
    assert said.count("\n") == 1


def test_two_taken_ports_are_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        os.environ["ORION_BACKEND_PORT"] = str(one.getsockname()[1])
        os.environ["ORION_FRONTEND_PORT"] = str(two.getsockname()[1])
        assert launcher.run() == 1
    assert " are taken by another program. Choose another one: ORION_BACKEND_PORT=" in capsys.readouterr().out


def test_a_misspelt_setting_stops_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    os.environ["ORION_FRONTENDPORT"] = "8090"
    assert launcher.run() == 1
    assert "ORION_FRONTENDPORT" in capsys.readouterr().out


def test_it_is_not_for_production(capsys: pytest.CaptureFixture[str]) -> None:
    os.environ.update(
        ORION_ENVIRONMENT="production",
        ORION_SECRET_KEYS="4be1a7d05c93f28e6b70d1c94f3a825e",
        ORION_PUBLIC_URL="https://cards.example",
    )
    assert launcher.run() == 1
    assert "not for production" in capsys.readouterr().out


def test_a_database_of_unknown_revision_asks_for_make_clean(
    fresh_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(change(fresh_settings.migration_url, "UPDATE alembic_version SET version_num = 'of_another_time'"))
    os.environ["ORION_DATABASE_URL"] = fresh_settings.database_url
    os.environ["ORION_DATABASE_OWNER_URL"] = fresh_settings.migration_url
    assert launcher.run() == 1
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert "The database is at of_another_time" in said[1]
    assert "in development run `make clean` and start again" in said[1]


async def change(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.mark.slow
def test_ctrl_c_ends_everything_without_complaint(
    programs: dict[str, list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "welcome", after_a_moment(lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert launcher.run() == 0
    said = capsys.readouterr().out
    assert "seed     │ the demo world is there" in said
    assert said.endswith("Orion has stopped.\n")
    assert is_free("127.0.0.1", int(os.environ["ORION_BACKEND_PORT"]))
    assert find_running(Path(os.environ["ORION_DATA_DIR"])) is None


@pytest.mark.slow
def test_the_crash_of_one_program_is_shown_and_ends_the_others(
    programs: dict[str, list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    is_ready = tmp_path / "is ready"
    programs["workers.main"] = ["-c", CRASHES_AFTER, str(is_ready)]
    monkeypatch.setattr(launcher, "welcome", after_a_moment(is_ready.touch))
    assert launcher.run() == 1
    said = capsys.readouterr().out
    assert "anna@fashion.example" in said
    assert "worker ended with exit code 3; everything else has been stopped." in said
    assert is_free("127.0.0.1", int(os.environ["ORION_FRONTEND_PORT"]))


@pytest.mark.slow
def test_what_is_missing_is_named_when_it_does_not_become_ready(
    programs: dict[str, list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    why_not_ready, passed = launcher._why_not_ready, [0.0]

    def time_is_up_when_one_is_ready(url: str) -> str:
        reason = why_not_ready(url)
        passed[0] += 0 if reason else launcher.READY_SECONDS + 1
        return reason

    monkeypatch.setattr(launcher, "_why_not_ready", time_is_up_when_one_is_ready)
    monkeypatch.setattr(launcher, "time", SimpleNamespace(monotonic=lambda: passed[0], sleep=time.sleep))
    programs["frontend.app:create_app"] = programs["workers.main"]
    assert launcher.run() == 1
    said = capsys.readouterr().out
    assert "Not ready within 60 s: frontend: http://127.0.0.1:" in said
    assert "backend:" not in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("backend.cli", "The demo world is not complete: seed ended with exit code 1."),
        ("backend.app:create_app", "backend ended with exit code 1 before Orion was ready"),
    ],
)
def test_a_program_that_fails_at_the_start_is_named(
    program: str, sentence: str, programs: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    programs[program] = ["-c", "raise SystemExit(1)"]
    assert launcher.run() == 1
    assert sentence in capsys.readouterr().out


def test_every_other_command_finds_the_running_servers(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    told = {
        "ORION_DATABASE_URL": "postgresql://orion_app@/orion",
        "ORION_DATABASE_OWNER_URL": "postgresql://owner@/orion",
    }
    write_state(data_dir, told | {"ORION_DATA_DIR": str(data_dir), "ORION_SECRET_KEYS": "hidden"})
    del os.environ["ORION_DATABASE_URL"]
    load_dev_environment()
    assert load_settings().database_url == "postgresql://orion_app@/orion"
    assert load_settings().migration_url == "postgresql://owner@/orion"
    assert load_settings().redis_url == "redis://somewhere"
    assert load_settings().secret_keys == secret_keys(data_dir)
    assert "hidden" not in (data_dir / "dev.json").read_text()
    assert (data_dir / "dev.json").stat().st_mode & 0o777 == 0o600


def test_every_other_command_finds_a_folder_in_the_developers_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    write_state(tmp_path / "data", {"ORION_SMTP_HOST": "localhost", "ORION_DATA_DIR": str(tmp_path / "data")})
    monkeypatch.setenv("HOME", str(tmp_path))
    os.environ["ORION_DATA_DIR"] = "~/data"
    load_dev_environment()
    assert os.environ["ORION_SMTP_HOST"] == "localhost"
    os.environ["ORION_DATA_DIR"] = "~nobody-of-that-name/data"
    load_dev_environment()
    with pytest.raises(SettingsError, match=r"^ORION_DATA_DIR names nobody's home"):
        load_settings()


def test_the_owner_of_one_database_is_never_taken_for_another(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_state(
        tmp_path / "data", {"ORION_DATABASE_OWNER_URL": "postgresql://owner@/orion", "ORION_DATA_DIR": str(tmp_path)}
    )
    load_dev_environment()
    assert load_settings().migration_url == ORION_NAMES["ORION_DATABASE_URL"]


@pytest.mark.parametrize("environment", ["production", "test"])
def test_running_development_servers_are_for_development_only(environment: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_state(tmp_path / "data", {"ORION_SMTP_HOST": "localhost", "ORION_DATA_DIR": str(tmp_path)})
    os.environ["ORION_ENVIRONMENT"] = environment
    load_dev_environment()
    assert "ORION_SMTP_HOST" not in os.environ


@pytest.mark.parametrize("note", ["", "{", json.dumps({"pid": 2**22 + 1, "environment": {}})])
def test_the_note_of_a_launcher_that_is_gone_counts_for_nothing(note: str, tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text(note)
    assert find_running(tmp_path) is None


def test_the_key_of_a_development_installation_stays_the_same_and_private(tmp_path: Path) -> None:
    key = secret_keys(tmp_path)
    assert key == secret_keys(tmp_path)
    assert len(key) == 64
    assert (tmp_path / "secret_keys").stat().st_mode & 0o777 == 0o600


def after_a_moment(act: Callable[[], None]) -> Callable[..., object]:
    """In the place of the welcome: shows it and acts a little later."""

    def shown(**facts: str) -> object:
        threading.Timer(0.3, act).start()
        return welcome(frontend_url=facts["frontend_url"], backend_url=facts["backend_url"], has_sandbox=True)

    return shown


def test_a_translator_is_told_how_to_look_up_a_sentence_and_chooses_the_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(launcher, "run", lambda **facts: told.update(facts) or 0)
    monkeypatch.setenv(EDITOR, "")
    done = CliRunner().invoke(orion, ["translate", "--editor", "idea://open?file={path}&line={line}"])
    assert (done.exit_code, os.environ[EDITOR]) == (0, "idea://open?file={path}&line={line}")
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(welcome(frontend_url="http://127.0.0.1:8080", backend_url="", has_sandbox=True, **told))
    assert "http://127.0.0.1:8080/sign-in?strings=on: press and hold Alt, and click a text" in console.export_text()
