"""What the runbook about email names exists: commands with their options, services, settings, statuses, pages."""

import re
from pathlib import Path

import rich_click as click

from backend.cli.orion import orion
from backend.messaging.models import EMAIL_STATUSES
from environment.names import FIELDS

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "runbooks" / "email-does-not-arrive.md").read_text("utf-8")
COMMANDS = re.findall(r"\borion ((?:mail|settings) .+?)(?:`|$)", PAGE, re.MULTILINE)


def test_every_command_can_be_parsed() -> None:
    assert len(COMMANDS) >= 3
    for line in COMMANDS:
        group, name, *arguments = line.split()
        command = orion.commands[group].commands[name]  # type: ignore[attr-defined]
        command.make_context(name, arguments, parent=click.Context(orion))


def test_every_service_is_one_of_compose() -> None:
    services = set(re.findall(r"^  ([a-z]+):$", (PROJECT / "compose.yaml").read_text("utf-8"), re.MULTILINE))
    asked = re.findall(r"docker compose (?:exec -T|ps|up -d|logs --tail 50) ([a-z]+)", PAGE)
    assert asked
    assert set(asked) <= services


def test_every_setting_and_every_status_exists() -> None:
    named = {name.lower() for name in re.findall(r"ORION_([A-Z_]+)", PAGE)}
    stored = {pair.partition("=")[0] for line in COMMANDS for pair in line.split() if "=" in pair}
    assert named | stored <= FIELDS
    statuses = {
        status
        for row in re.findall(r"^\| (`\w+`(?:, `\w+`)?) \|", PAGE, re.MULTILINE)
        for status in re.findall(r"\w+", row)
    }
    assert statuses == set(EMAIL_STATUSES) - {"sending"}
