"""The units of deploy/systemd, for machines without containers."""

import subprocess
from pathlib import Path

import pytest

from tests.deploy.compose import Service, compose
from tests.deploy.tools import PROJECT, tool

INSTALLED, BACKUP = "/opt/orion/bin/orion", "/usr/local/bin/orion-backup"
UNITS = PROJECT / "deploy" / "systemd"


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """With a command that is on this machine: systemd asks whether it exists."""
    for unit in UNITS.iterdir():
        text = unit.read_text("utf-8").replace(INSTALLED, "/bin/true").replace(BACKUP, "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
    return sorted(tmp_path.iterdir())


def systemd(*arguments: object) -> str:
    """Its output, which is empty when nothing is wrong."""
    command = [tool("systemd-analyze", "systemd"), *map(str, arguments)]
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def test_systemd_has_nothing_to_say_about_the_units(units: list[Path]) -> None:
    assert systemd("verify", "--man=no", *units) == ""
    wrong = units[0].parent / "orion-wrong.service"
    wrong.write_text(units[0].read_text("utf-8").replace("NoNewPrivileges", "NoNewPrivilege"))
    assert "NoNewPrivilege" in systemd("verify", "--man=no", wrong)


def test_a_process_that_is_broken_into_can_do_little(units: list[Path]) -> None:
    """systemd's own exposure, from 0 to 10: below 3."""
    for unit in units:
        if unit.suffix == ".service":
            assert "OK" in systemd("security", "--offline=yes", "--threshold=30", "--no-pager", unit).splitlines()[-1]


def test_they_start_the_same_commands_as_compose() -> None:
    started = [
        line.removeprefix("ExecStart=").replace("/var/lib/orion/static", "/srv/orion")
        for unit in UNITS.glob("*.service")
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    places = {"orion": INSTALLED, "orion-backup": BACKUP}
    services = [one["command"] for one in compose()["services"].values() if running(one)]
    in_compose = [" ".join([places[command[0]], *command[1:]]) for command in services if command[0] in places]
    assert sorted(started) == sorted(in_compose)


def running(service: Service) -> bool:
    """Not only when somebody asks for it."""
    return "command" in service and "profiles" not in service
