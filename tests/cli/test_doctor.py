"""`orion doctor`: what blocks, with the next command to type."""

import json

from backend.core.settings import Settings
from tests.cli.conftest import Orion
from tests.world.shop import Shop


async def test_what_blocks_is_named_with_the_command_and_ends_with_1(orion: Orion, fresh_settings: Settings) -> None:
    there = {"database_url": fresh_settings.database_url}
    result = await orion("doctor", **there)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    blocked = next(number for number, line in enumerate(lines) if line.startswith("  BLOCKS  Workers: No worker runs"))
    assert "docker compose up --detach worker with Compose" in lines[blocked + 1]
    assert "  ok      Migrations: The database is at the revision that this version of Orion expects." in lines
    assert lines[-1].startswith("The platform, ")
    facts = json.loads((await orion("doctor", "--json", **there)).stdout)
    assert facts["state"] == "blocks"
    assert {"name", "state", "evidence", "next_step", "command"} <= facts["rows"][0].keys()


async def test_a_merchant_that_is_ready_ends_with_0(orion: Orion, shop: Shop) -> None:
    result = await orion("doctor", "--merchant", shop.code)
    assert result.exit_code == 0
    assert f"({shop.code})" in result.output.splitlines()[-1]
    assert (await orion("doctor", "--merchant", "nobody")).exit_code == 2


async def test_an_empty_merchants_code_is_no_merchant_and_not_all_of_them(orion: Orion) -> None:
    for command in ("points expire --dry-run", "ledger audit", "wallets sync"):
        result = await orion(*command.split(), "--merchant", "")
        assert result.exit_code in {1, 2}, command
        assert "no such merchant" in result.output, command
