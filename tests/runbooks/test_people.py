"""The runbook about people is true: every command on it runs."""

import asyncio
import re
import shlex
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from backend.cli import orion as cli
from backend.core.settings import Settings

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "runbooks" / "people.md"
PREFIX = "docker compose exec -T backend orion "
NAMED = {
    "$PERSON": "anna@fashion.example",
    "$CODE": "fashion-group",
    "$MERCHANT": "fashion-group",
    "$KEY": "ok_live_Abc123",
}
A_KEY = """
    INSERT INTO api_keys (merchant_id, id, name, mode, prefix, secret_hash, permissions, created_by,
                          created_at, version, updated_at)
    SELECT m.merchant_id, gen_random_uuid(), 'Web shop', 'live', $1, '', '{}', m.user_id, now(), 1, now()
    FROM merchant_members m JOIN merchants n ON n.id = m.merchant_id WHERE n.code = $2 LIMIT 1
"""


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line != "cd ~/apps/orion"]
    assert all(line.startswith(PREFIX) for line in lines)
    return [line.removeprefix(PREFIX) for line in lines]


async def test_every_command_of_the_runbook_does_what_it_says(fresh_settings: Settings) -> None:
    database = await asyncpg.connect(fresh_settings.migration_url)
    merchant_id = await database.fetchval("SELECT id FROM merchants WHERE code = $1", NAMED["$MERCHANT"])
    await database.execute(f"SET app.merchant_id = '{merchant_id}'")
    await database.execute(A_KEY, NAMED["$KEY"], NAMED["$MERCHANT"])
    await database.close()
    environment = {
        "ORION_ENVIRONMENT": "test",
        "ORION_DATABASE_URL": fresh_settings.database_url,
        "ORION_REDIS_URL": fresh_settings.redis_url,
        "ORION_SECRET_KEYS": fresh_settings.secret_keys,
    }

    async def orion(command: str) -> Result:
        for name, value in NAMED.items():
            command = command.replace(name, value)
        return await asyncio.to_thread(CliRunner().invoke, cli.orion, shlex.split(command), env=environment)

    outputs = []
    for command in commands():
        result = await orion(command)
        assert result.exit_code == 0, (command, result.output)
        outputs.append(result.output)
    shut = next(output for output in outputs if ", deactivated" in output)
    assert "none is open" in next(line for line in shut.splitlines() if line.startswith("session"))
    assert "/reset/" in outputs[2]
    assert "intact, head" in outputs[-1]
