"""The runbook about emails is true: every command on it runs, in the order of an evening on which 465 is blocked."""

import asyncio
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.cli import mail
from backend.cli import orion as cli
from backend.core.settings import Settings
from tests.doubles.mail_server import open_mail_server

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "runbooks" / "email.md"
PREFIX = "docker compose exec -T backend orion "
ENTERED = " < password.txt"


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line != "cd ~/apps/orion"]
    assert all(line.startswith(PREFIX) for line in lines)
    return [line.removeprefix(PREFIX) for line in lines]


async def test_every_command_of_the_runbook_does_what_it_says(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "DELIVERED_WITHIN_SECONDS", 0.1)
    async with open_mail_server() as server:
        environment = {
            "ORION_ENVIRONMENT": "test",
            "ORION_DATABASE_URL": fresh_settings.database_url,
            "ORION_REDIS_URL": fresh_settings.redis_url,
            "ORION_SECRET_KEYS": fresh_settings.secret_keys,
            "ORION_EMAIL_PROVIDER": "smtp",
            "ORION_SMTP_PORT": str(server.port),
        }

        async def orion(command: str) -> Result:
            words = shlex.split(command.removesuffix(ENTERED).replace("$YOUR_ADDRESS", "me@example.com"))
            entered = "Tr0ub4dor\n" if command.endswith(ENTERED) else None
            return await asyncio.to_thread(CliRunner().invoke, cli.orion, words, env=environment, input=entered)

        results = {command: await orion(command) for command in commands()}
    no_worker = next(command for command in results if command.startswith("mail test"))
    codes = {command: result.exit_code for command, result in results.items()}
    assert codes == dict.fromkeys(results, 0) | {no_worker: 3}, [result.output for result in results.values()]
    assert "Email works with these settings." in results[no_worker].output
